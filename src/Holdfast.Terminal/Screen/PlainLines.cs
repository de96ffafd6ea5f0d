using System.Buffers;
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

    // What has no effect beyond its line and the one below.
    private static readonly SearchValues<byte> Plain = SearchValues.Create([.. Enumerable.Range(0x20, 0x5F).Select(n => (byte)n), (byte)'\r', (byte)'\n']);

    // Read through the instance: a native build asks at each use of a static whether it was made already.
    private readonly SearchValues<byte> _plain = Plain;

    /// <summary>
    /// Takes whole lines where the cursor stands at the beginning of the lowest row, as long as enough others follow to fill the screen
    /// anew. Returns the bytes taken; <paramref name="known"/> are those that need not be looked at again.
    /// </summary>
    public int Take(ReadOnlySpan<byte> output, out int known)
    {
        known = 0;
        if (!IsAtItsBottom())
            return 0;
        known = output.IndexOfAnyExcept(_plain);
        if (known < 0)
            known = output.Length;
        var rows = state.Rows;
        var spare = output[..known].Count((byte)'\n') - rows;
        // The screen's own rows go first: for less than as many it does not pay.
        return spare < rows ? 0 : Pass(output[..known], spare);
    }

    private bool IsAtItsBottom()
    {
        var grid = state.Main;
        return state.Y == grid.Bottom && state.X == 0 && !state.IsAlternate && grid.Top == 0 && grid.Bottom == grid.Rows - 1 && grid.HasFullWidth
            && !state.PendingWrap && (state.Modes & (ModeFlags.AutoWrap | ModeFlags.Insert)) == ModeFlags.AutoWrap
            && state.Charsets.IsPlain && state.Pen.IsBlank && grid.IsBlank(grid.Bottom) && !grid.IsWrapped(grid.Bottom);
    }

    private int Pass(ReadOnlySpan<byte> lines, int most)
    {
        var at = 0;
        for (var count = 0; count < most; count++)
        {
            var length = lines[at..].IndexOfAny((byte)'\r', (byte)'\n');
            // Another line end than a terminal makes of a newline.
            if (length < 0 || at + length + 1 >= lines.Length || lines[at + length] != '\r' || lines[at + length + 1] != '\n')
                break;
            if (count == 0)
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
