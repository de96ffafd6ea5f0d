using System.Runtime.CompilerServices;

namespace Holdfast.Terminal.Unicode;

/// <summary>The grapheme classes of UAX #29 that matter to a terminal. The values are those of the generated table.</summary>
internal enum GraphemeClass
{
    Other,
    Extend,
    ZeroWidthJoiner,
    SpacingMark,
    RegionalIndicator,
    HangulL,
    HangulV,
    HangulT,
    HangulLV,
    HangulLVT,
    ExtendedPictographic,
    Prepend,
    Control,
}

/// <summary>
/// Width (UAX #11, ambiguous is narrow) and grapheme class of a scalar. Constant data.
/// </summary>
internal readonly struct ScalarProperties
{
    private readonly byte _bits;

    private ScalarProperties(byte bits) => _bits = bits;

    /// <summary>Columns the scalar takes by itself: 0, 1 or 2.</summary>
    public int Width => _bits & 3;

    public GraphemeClass Class => (GraphemeClass)((_bits >> 2) & 15);

    /// <summary>Whether variation selector 16 makes it an emoji, which is wide.</summary>
    public bool IsEmoji => (_bits & 64) != 0;

    public static ScalarProperties Of(int scalar) =>
        new(ScalarTable.Blocks[(ScalarTable.Pages[scalar >> 8] << 8) | (scalar & 0xFF)]);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int WidthOf(int scalar) => ScalarTable.Blocks[(ScalarTable.Pages[scalar >> 8] << 8) | (scalar & 0xFF)] & 3;
}
