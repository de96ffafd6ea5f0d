using System.Runtime.Intrinsics;
using Holdfast.Terminal.Modes;
using Holdfast.Terminal.Scrollback;

namespace Holdfast.Terminal.Screen;

/// <summary>
/// Plain text in quantity (a file, a build's log): lines that would only pass over the screen go into the scrollback at once. Part of one
/// model; what it does not take is printed as anything else, and comes to the same.
/// </summary>
internal sealed class PlainLines(TerminalState state, Scroller scroller)
{
    /// <summary>For less output than this it never pays to look.</summary>
    public const int LeastBytes = 1024;

    /// <summary>Whether there is nothing but printable ASCII and line ends.</summary>
    public static bool AreAll(ReadOnlySpan<byte> output) => LengthOf(output) == output.Length;

    /// <summary>
    /// Takes whole lines where the cursor stands at the beginning of the lowest row, as long as enough others follow to fill the screen
    /// anew. Returns the bytes taken; <paramref name="known"/> are those that need not be looked at again.
    /// </summary>
    public int Take(ReadOnlySpan<byte> output, out int known)
    {
        known = 0;
        if (!IsAtItsBottom())
            return 0;
        known = LengthOf(output);
        // The screen's own rows go first: for less than as many it does not pay.
        var end = BeforeLines(output[..known], state.Rows);
        return BeforeLines(output[..end], state.Rows) == 0 ? 0 : Pass(output[..end]);
    }

    // Where the last so many line ends begin to be counted; 0 when there are no more than that.
    private static int BeforeLines(ReadOnlySpan<byte> output, int count)
    {
        for (; count >= 0 && output.Length > 0; count--)
            output = output[..Math.Max(0, output.LastIndexOf((byte)'\n'))];
        return output.Length == 0 ? 0 : output.Length + 1;
    }

    // Printable ASCII and line ends at the beginning: what has no effect beyond its line and the one below. By instructions that every
    // processor has: a native build for any of them would take the library's search byte by byte.
    private static int LengthOf(ReadOnlySpan<byte> output)
    {
        var (blank, most, returns, feed) = (Vector128.Create((byte)' '), Vector128.Create((byte)('~' - ' ')), Vector128.Create((byte)'\r'), Vector128.Create((byte)'\n'));
        var at = 0;
        for (; output.Length - at >= Vector128<byte>.Count; at += Vector128<byte>.Count)
        {
            var bytes = Vector128.Create(output[at..]);
            var printable = bytes - blank;
            var plain = Vector128.Equals(Vector128.Min(printable, most), printable) | Vector128.Equals(bytes, returns) | Vector128.Equals(bytes, feed);
            if (plain != Vector128<byte>.AllBitsSet)
                break;
        }
        while (at < output.Length && output[at] is (>= 0x20 and <= 0x7E) or (byte)'\r' or (byte)'\n')
            at++;
        return at;
    }

    private bool IsAtItsBottom()
    {
        var grid = state.Main;
        return state.Y == grid.Bottom && state.X == 0 && !state.IsAlternate && grid.Top == 0 && grid.Bottom == grid.Rows - 1 && grid.HasFullWidth
            && !state.PendingWrap && (state.Modes & (ModeFlags.AutoWrap | ModeFlags.Insert)) == ModeFlags.AutoWrap
            && state.Charsets.IsPlain && state.Pen.IsBlank && grid.IsBlank(grid.Bottom) && !grid.IsWrapped(grid.Bottom);
    }

    private int Pass(ReadOnlySpan<byte> lines)
    {
        var at = 0;
        while (at < lines.Length)
        {
            var length = lines[at..].IndexOfAny((byte)'\r', (byte)'\n');
            // Another line end than a terminal makes of a newline.
            if (lines[at + length] != '\r' || lines[at + length + 1] != '\n')
                break;
            if (at == 0)
                KeepScreen();
            Keep(lines.Slice(at, length));
            at += length + 2;
        }
        return at;
    }

    // The rows above the cursor. What is left to print fills a blank screen from its top, as it would have this one from its bottom.
    private void KeepScreen()
    {
        for (var row = 0; row < state.Y; row++)
            scroller.Keep(row);
        state.Main.Clear(default);
        state.Y = 0;
    }

    private void Keep(ReadOnlySpan<byte> text)
    {
        for (var wrapped = false; ; wrapped = true)
        {
            var length = Math.Min(text.Length, state.Columns);
            var row = new AppendedRow { Columns = length, Length = length };
            if (state.Scrollback.TryAdd(RowAppender.LineLength(row), out var line))
                RowAppender.WriteLine(row, text[..length], wrapped, line);
            text = text[length..];
            if (text.IsEmpty)
                return;
        }
    }
}
