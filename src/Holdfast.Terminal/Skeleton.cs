using System.Buffers;

namespace Holdfast.Terminal;

/// <summary>The screen and scrollback as text: trailing blanks trimmed, wide characters once, wrapped lines as they stand.</summary>
public static class TerminalText
{
    /// <summary>One line a row, each ended by a line feed.</summary>
    public static string Screen(TerminalModel model) => "";

    /// <summary>The last <paramref name="lines"/> lines of the scrollback.</summary>
    public static string Scrollback(TerminalModel model, int lines = int.MaxValue) => "";
}

/// <summary>How much a snapshot draws.</summary>
public sealed record SnapshotOptions
{
    /// <summary>Lines of scrollback drawn before the screen; default none.</summary>
    public int ScrollbackLines { get; init; }

    /// <summary>Wrap the drawing in synchronized output (mode 2026), so that a display shows it at once. Default true.</summary>
    public bool Synchronized { get; init; } = true;
}

/// <summary>Writes the shortest escape sequence that gives the same screen in a terminal of that size.</summary>
public static class TerminalSnapshot
{
    public static void Write(TerminalModel model, IBufferWriter<byte> destination, SnapshotOptions? options = null)
    {
    }
}

/// <summary>What became of writing a checkpoint.</summary>
/// <param name="Bytes">Bytes written; 0 when not even the screen fits.</param>
/// <param name="DroppedLines">Scrollback lines, the oldest ones, that did not fit.</param>
public readonly record struct CheckpointResult(int Bytes, int DroppedLines);

/// <summary>The exact state of a model as bytes.</summary>
public static class TerminalCheckpoint
{
    /// <summary>Writes the state; when not all of it fits, without the oldest scrollback.</summary>
    public static CheckpointResult Write(TerminalModel model, Span<byte> destination) => default;

    /// <summary>The model that was written. Throws <see cref="FormatException"/> when the bytes are none that this version wrote.</summary>
    public static TerminalModel Read(ReadOnlySpan<byte> source, TerminalOptions? options = null) => new(TerminalSize.Default, options);
}
