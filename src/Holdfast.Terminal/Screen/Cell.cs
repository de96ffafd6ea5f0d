using System.Runtime.InteropServices;

namespace Holdfast.Terminal.Screen;

/// <summary>
/// One character cell in 16 bytes: what it shows and how. A value; lives in a grid's array. All zero is an erased cell in default colours.
/// </summary>
[StructLayout(LayoutKind.Sequential, Pack = 4)]
internal struct Cell
{
    /// <summary>The scalar or cluster id in the low bits, with the width bits above; 0 is an erased cell.</summary>
    public uint Content;

    /// <summary>Foreground as <see cref="PackedColor"/>.</summary>
    public uint Fg;

    /// <summary>Background as <see cref="PackedColor"/>.</summary>
    public uint Bg;

    /// <summary><see cref="CellAttributes"/> in the low half, the id of the rare extras in the high half.</summary>
    public uint Attr;

    public const uint ContentMask = 0x1F_FFFF;
    public const uint ClusterBit = 1u << 21;
    public const uint WideLead = 1u << 22;
    public const uint WideTrail = 1u << 23;

    public readonly bool IsBlank => (Content | Fg | Bg | Attr) == 0;

    public readonly bool IsTrail => (Content & WideTrail) != 0;

    public readonly bool IsWide => (Content & WideLead) != 0;

    public readonly bool HasText => (Content & (ContentMask | ClusterBit)) != 0;

    public readonly int Width => IsWide ? 2 : IsTrail ? 0 : 1;

    public readonly ushort ExtraId => (ushort)(Attr >> 16);

    /// <summary>Whether the two look the same but for their text.</summary>
    public readonly bool SameStyle(in Cell other) => Fg == other.Fg && Bg == other.Bg && Attr == other.Attr;
}

/// <summary>The flag bits in the low half of <see cref="Cell.Attr"/>.</summary>
[Flags]
internal enum CellAttributes : uint
{
    None = 0,
    Bold = 1 << 0,
    Faint = 1 << 1,
    Italic = 1 << 2,
    Blink = 1 << 3,
    Inverse = 1 << 4,
    Hidden = 1 << 5,
    Strike = 1 << 6,
    Overline = 1 << 7,
    Protected = 1 << 8,

    /// <summary>Three bits: <see cref="UnderlineStyle"/>.</summary>
    UnderlineMask = 7 << 9,
}

/// <summary>Colours in 32 bits: two mode bits above 24 bits of value; 0 is the default colour.</summary>
internal static class PackedColor
{
    public const uint ModeMask = 3u << 24;
    public const uint IndexedMode = 1u << 24;
    public const uint RgbMode = 2u << 24;
    public const uint ValueMask = 0xFF_FFFF;

    public static uint Indexed(int index) => IndexedMode | (uint)(index & 0xFF);

    public static uint Rgb(int red, int green, int blue) => RgbMode | (uint)(((red & 0xFF) << 16) | ((green & 0xFF) << 8) | (blue & 0xFF));
}
