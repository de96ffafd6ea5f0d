using System.Text;
using Holdfast.Terminal.Screen;
using Holdfast.Terminal.Unicode;

namespace Holdfast.Terminal.Snapshot;

/// <summary>
/// Prints the text of cells so that each becomes that cell again, with mode 2027 as far as it needs it. Owned by one snapshot.
/// </summary>
internal sealed class CellPrinter(TerminalState state, SequenceWriter writer)
{
    private bool _clusters;

    // The cluster just printed: what comes next must not join it.
    private string _before = "";

    /// <summary>Whether the cell was wide until a variation selector made it narrow (mode 2027): printing it takes two columns for a moment.</summary>
    public bool IsNarrowed(in Cell cell) =>
        cell.Width == 1 && (cell.Content & Cell.ClusterBit) != 0
        && Rune.DecodeFromUtf16(state.Clusters[cell.Content & Cell.ContentMask], out var first, out _) == System.Buffers.OperationStatus.Done
        && ScalarProperties.WidthOf(first.Value) == 2;

    /// <summary>Whether the cell's cluster is wide by itself, but found no room for a second column when it was printed (mode 2027).</summary>
    public bool IsCramped(in Cell cell) =>
        cell.Width == 1 && (cell.Content & Cell.ClusterBit) != 0
        && state.Clusters[cell.Content & Cell.ContentMask] is var text && !IsSimple(text, 1) && NaturalWidth(text) == 2;

    private static int NaturalWidth(string text)
    {
        var width = 0;
        var read = 0;
        foreach (var rune in text.EnumerateRunes())
        {
            width = read == 0 ? ScalarProperties.WidthOf(rune.Value) : GraphemeBreaks.WidthAfter(text.AsSpan(0, read), width, rune.Value);
            read += rune.Utf16SequenceLength;
        }
        return width;
    }

    /// <summary>Prints a cell's text so that it becomes this cell.</summary>
    public void Print(in Cell cell)
    {
        if ((cell.Content & Cell.ClusterBit) == 0)
        {
            var scalar = cell.Content & Cell.ContentMask;
            // By itself it might join what is before it.
            if (scalar >= 0x80)
                SetClusters(on: false);
            _before = "";
            writer.Scalar(scalar);
            return;
        }
        PrintCluster(state.Clusters[cell.Content & Cell.ContentMask], cell.Width);
    }

    /// <summary>As above in a column, while autowrap is on.</summary>
    public void PrintAt(in Cell cell, int column)
    {
        // A cluster that would be wide had there been room, or autowrap.
        var cramped = column == state.Columns - 1 && (cell.Content & Cell.ClusterBit) != 0
            && !IsSimple(state.Clusters[cell.Content & Cell.ContentMask], 1);
        if (cramped)
            writer.Raw("\e[?7l"u8);
        Print(cell);
        if (cramped)
            writer.Raw("\e[?7h"u8);
    }

    /// <summary>Prints a cell's text in whatever mode is in force: for what was printed in that mode.</summary>
    public void PrintAsItCame(in Cell cell)
    {
        if ((cell.Content & Cell.ClusterBit) != 0)
            writer.Text(state.Clusters[cell.Content & Cell.ContentMask]);
        else
            writer.Scalar(cell.Content & Cell.ContentMask);
    }

    /// <summary>What comes next has nothing to join.</summary>
    public void ForgetCluster() => _before = "";

    public void AssumeClusters(bool on) => _clusters = on;

    /// <summary>Mode 2027 as it is on the terminal that is drawn on.</summary>
    public void SetClusters(bool on)
    {
        if (_clusters == on)
            return;
        _clusters = on;
        writer.Raw(on ? "\e[?2027h"u8 : "\e[?2027l"u8);
    }

    /// <summary>Whether the text becomes a cell of this width without mode 2027.</summary>
    public static bool IsSimple(string text, int width)
    {
        var first = true;
        foreach (var rune in text.EnumerateRunes())
        {
            if (ScalarProperties.WidthOf(rune.Value) != (first ? width : 0))
                return false;
            first = false;
        }
        return true;
    }

    private void PrintCluster(string text, int width)
    {
        SetClusters(!IsSimple(text, width));
        if (_clusters && _before.Length > 0 && Rune.DecodeFromUtf16(text, out var head, out _) == System.Buffers.OperationStatus.Done && GraphemeBreaks.Joins(_before, head.Value))
            writer.Raw("\e[?2027h"u8);
        _before = text;
        var printed = 0;
        foreach (var rune in text.EnumerateRunes())
        {
            // What joined after an interruption joins only after one.
            var lonely = _clusters && printed > 0 && !GraphemeBreaks.Joins(text.AsSpan(0, printed), rune.Value);
            if (lonely)
                writer.Raw("\e[?2027l"u8);
            writer.Scalar((uint)rune.Value);
            if (lonely)
                writer.Raw("\e[?2027h"u8);
            printed += rune.Utf16SequenceLength;
        }
    }
}
