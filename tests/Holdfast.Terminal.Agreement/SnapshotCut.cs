using System.Buffers;
using Holdfast.Terminal.Agreement.Cases;
using Holdfast.Terminal.Agreement.Oracle;

namespace Holdfast.Terminal.Agreement;

/// <summary>A terminal's input cut at one byte: a snapshot of the model there stands for what came before. Immutable.</summary>
internal sealed class SnapshotCut
{
    // What a terminal already in use may have gone through: text above and below, everything a program sets, an alternate screen, a sequence that was never finished.
    private static readonly byte[] Used = Escaped.Read(
        @"old text\r\nmore\r\n\e[1;31;44;4:3mline\n\n\n\n\n\n\n\n\n\e7\e[2;3r\e[?6h\e[?7l\e[4h\e[20h\e(0\e)0\x0e\e[3g\e]2;old title\a\e[?1h\e=\e[?1003h\e[?1006h\e[?1004h\e[?2004h\e[5 q\e[?25l\e[1""q" +
        @"\e]8;;http://old/\a\e[?1049h\e[2;2Hold alternate text\e[?45h\e[?2026h\e[38;2;1;2");

    // Titles that were put aside in that terminal are its user's; a snapshot leaves them there.
    private static readonly byte[] PushTitle = "\e[22t"u8.ToArray();

    private readonly OracleCase _whole;
    private readonly int _step;
    private readonly int _at;
    private readonly byte[] _snapshot;

    private SnapshotCut(OracleCase whole, int step, int at, TerminalModel model)
    {
        _whole = whole;
        _step = step;
        _at = at;
        Size = model.Size;
        var bytes = new ArrayBufferWriter<byte>();
        // Every other one over a preview, which must leave nothing.
        var previewed = at % 2 == 1;
        if (previewed)
            TerminalSnapshot.WritePreview(model, bytes);
        TerminalSnapshot.Write(model, bytes, new SnapshotOptions { ScrollbackLines = int.MaxValue, ClearScrollback = true, OverPreview = previewed });
        _snapshot = bytes.WrittenSpan.ToArray();
    }

    private TerminalSize Size { get; }

    /// <summary>Cuts where the number of bytes fed so far is chosen, and one at the end.</summary>
    public static IEnumerable<SnapshotCut> At(OracleCase whole, Func<int, bool> chosen)
    {
        var model = new TerminalModel(whole.Size, new TerminalOptions { ScrollbackLines = whole.ScrollbackLines });
        var fed = 0;
        for (var step = 0; step < whole.Steps.Count; step++)
        {
            var bytes = whole.Steps[step].Bytes;
            if (bytes is null)
                whole.Steps[step].ApplyTo(model);
            for (var at = 0; at < (bytes?.Length ?? 0); at++, fed++)
            {
                if (chosen(fed) && CanBeSaid(model))
                    yield return new SnapshotCut(whole, step, at, model);
                model.Feed(bytes.AsSpan(at, 1));
            }
        }
        yield return new SnapshotCut(whole, whole.Steps.Count, 0, model);
    }

    // No sequence leaves a wrap pending over an erased cell: a snapshot has a space there, which wraps along in a resize. Nor does one make a
    // row of nothing but erased cells in styles that DECCARA cannot give.
    public static bool CanBeSaid(TerminalModel model)
    {
        if (model.Cursor.PendingWrap && model.GetRow(model.Cursor.Row)[model.Cursor.Column] is { Text: "", Width: 1 })
            return false;
        for (var row = 0; row < model.Size.Rows; row++)
        {
            if (IsOfUnsayableBlanks(model.GetRow(row)) || IsOfUnsayableBlanks(model.GetNormalRow(row)))
                return false;
        }
        for (var line = 0; line < model.ScrollbackCount; line++)
        {
            if (IsOfUnsayableBlanks(model.GetScrollbackRow(line)))
                return false;
        }
        return true;
    }

    private static bool IsOfUnsayableBlanks(RowView row)
    {
        for (var column = 0; column < row.Columns; column++)
        {
            if (row[column] is not { Text: "", Width: 1 } || IsOfDeccara(row[column].Style))
                return false;
        }
        return true;
    }

    private static bool IsOfDeccara(CellStyle style) =>
        style.Foreground == default && style.UnderlineColor == default && style.Hyperlink is null && style.Underline <= UnderlineStyle.Single
        && style is { Faint: false, Italic: false, Strike: false, Overline: false, Protected: false };

    /// <summary>The snapshot, then the rest, in a fresh terminal.</summary>
    public OracleCase Fresh(bool corrected) => new(Size, Continued(), corrected, _whole.ScrollbackLines, _whole.Full);

    /// <summary>The same in a terminal that shows something else.</summary>
    public OracleCase InUse(bool corrected) => new(Size, [TerminalStep.Feed(Used), .. Continued()], corrected, _whole.ScrollbackLines, _whole.Full);

    /// <summary>The same in a terminal that went through another case, and was resized since.</summary>
    public OracleCase After(OracleCase other) =>
        new(other.Size, [.. other.Steps.Where(s => s.Bytes is null || !s.Bytes.AsSpan().StartsWith(PushTitle)), new TerminalStep(null, Size), .. Continued()], other.Corrected, _whole.ScrollbackLines, _whole.Full);

    public override string ToString() => $"cut in step {_step} at byte {_at}; the snapshot: {Escaped.Write(_snapshot)}";

    // The snapshot and what follows it as one piece: xterm.js loses some characters that are cut between two (a continuation byte of 0x80).
    private List<TerminalStep> Continued()
    {
        if (_step == _whole.Steps.Count)
            return [TerminalStep.Feed(_snapshot)];
        var rest = _whole.Steps.Skip(_step + 1);
        return _whole.Steps[_step].Bytes is { } bytes
            ? [TerminalStep.Feed([.. _snapshot, .. bytes[_at..]]), .. rest]
            : [TerminalStep.Feed(_snapshot), _whole.Steps[_step], .. rest];
    }
}
