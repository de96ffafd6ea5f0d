using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using Holdfast.Terminal.Screen;

namespace Holdfast.Terminal.Scrollback;

/// <summary>A cell's style as bytes: one that says which parts follow, then those. Self-contained: a link is written out.</summary>
internal static class StyleCodec
{
    private const int HasForeground = 1;
    private const int HasBackground = 2;
    private const int HasFlags = 4;
    private const int HasUnderlineColor = 8;
    private const int HasLink = 16;

    // The longest link in UTF-8.
    private const int MostLinkBytes = 16 * 1024;

    // Parts, two colours, flags.
    internal const int LongestPlain = 1 + 4 + 4 + 3;

    public static void Write(in Cell cell, TerminalState state, ByteWriter writer)
    {
        if (cell.ExtraId != 0)
            Write(cell.Fg, cell.Bg, cell.Attr & 0xFFFF, state.Extras[cell.ExtraId], writer);
        else
            WritePlain(cell.Fg, cell.Bg, cell.Attr, writer);
    }

    // What nearly all cells have, in the same form as the other.
    private static void WritePlain(uint fg, uint bg, uint flags, ByteWriter writer) =>
        writer.Advance(EncodePlain(fg, bg, flags, writer.Reserve(LongestPlain)));

    /// <summary>A style without extras into <see cref="LongestPlain"/> bytes. Returns the bytes used.</summary>
    public static int EncodePlain(uint fg, uint bg, uint flags, Span<byte> target)
    {
        target = target[..LongestPlain];
        // Every other one, and at the places where it is to be expected.
        if ((fg | bg | flags) == 0)
        {
            target[0] = 0;
            return 1;
        }
        // The others come in no order that a branch could learn: all parts are written, and what is not there is written over.
        var (fgMode, bgMode) = (fg >> 24, bg >> 24);
        var hasFlags = (0 - flags) >> 31;
        var hasMoreFlags = (0x7F - flags) >> 31;
        target[0] = (byte)(((fgMode + 1) >> 1) | (((bgMode + 1) >> 1) * HasBackground) | (hasFlags * HasFlags));
        BinaryPrimitives.WriteUInt32BigEndian(target[1..], ColorBytes(fg, fgMode));
        var at = 1 + (int)(fgMode * 2);
        BinaryPrimitives.WriteUInt32BigEndian(target[at..], ColorBytes(bg, bgMode));
        at += (int)(bgMode * 2);
        BinaryPrimitives.WriteUInt16LittleEndian(target[at..], (ushort)((flags & 0x7F) | (hasMoreFlags << 7) | ((flags >> 7) << 8)));
        return at + (int)(hasFlags + hasMoreFlags);
    }

    // Two bytes for a mode: none, its number and an index, its number and three values. An index moves up to the number.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint ColorBytes(uint color, uint mode) => (mode << 24) | (((color & PackedColor.ValueMask) << (int)((mode & 1) * 16)) & PackedColor.ValueMask);

    public static void Write(uint fg, uint bg, uint flags, Extra extra, ByteWriter writer)
    {
        writer.Byte(
            (fg != 0 ? HasForeground : 0) | (bg != 0 ? HasBackground : 0) | (flags != 0 ? HasFlags : 0)
            | (extra.UnderlineColor != 0 ? HasUnderlineColor : 0) | (extra.Link is not null ? HasLink : 0));
        if (fg != 0)
            WriteColor(fg, writer);
        if (bg != 0)
            WriteColor(bg, writer);
        if (flags != 0)
            writer.Number(flags);
        if (extra.UnderlineColor != 0)
            WriteColor(extra.UnderlineColor, writer);
        if (extra.Link is null)
            return;
        writer.Text(extra.Link.Uri);
        writer.Text(extra.Link.Id);
    }

    public static Cell Read(ref ByteReader reader, TerminalState state)
    {
        var cell = ReadParts(ref reader, out var extra);
        if (extra != default)
            cell.Attr |= (uint)state.Intern(extra) << 16;
        return cell;
    }

    public static Cell ReadParts(ref ByteReader reader, out Extra extra)
    {
        var parts = reader.Byte();
        var cell = default(Cell);
        if ((parts & HasForeground) != 0)
            cell.Fg = ReadColor(ref reader);
        if ((parts & HasBackground) != 0)
            cell.Bg = ReadColor(ref reader);
        if ((parts & HasFlags) != 0)
            cell.Attr = (uint)reader.Number(0xFFFF);
        var underline = (parts & HasUnderlineColor) != 0 ? ReadColor(ref reader) : 0;
        var link = (parts & HasLink) != 0 ? new Hyperlink(reader.Text(MostLinkBytes), reader.Text(MostLinkBytes)) : null;
        extra = new Extra(underline, link);
        return cell;
    }

    private static void WriteColor(uint color, ByteWriter writer)
    {
        writer.Byte((int)(color >> 24));
        if ((color & PackedColor.ModeMask) == PackedColor.RgbMode)
        {
            writer.Byte((int)(color >> 16));
            writer.Byte((int)(color >> 8));
        }
        writer.Byte((int)color);
    }

    private static uint ReadColor(ref ByteReader reader)
    {
        var mode = (uint)reader.Byte() << 24;
        return mode switch
        {
            PackedColor.IndexedMode => mode | reader.Byte(),
            PackedColor.RgbMode => mode | ((uint)reader.Byte() << 16) | ((uint)reader.Byte() << 8) | reader.Byte(),
            _ => throw ByteReader.Broken(),
        };
    }
}
