using Holdfast.Terminal.Checkpoint;

namespace Holdfast.Terminal;

/// <summary>What became of writing a checkpoint.</summary>
/// <param name="Bytes">Bytes written; 0 when not even the screen fits.</param>
/// <param name="DroppedLines">Scrollback lines, the oldest ones, that did not fit.</param>
public readonly record struct CheckpointResult(int Bytes, int DroppedLines);

/// <summary>
/// The exact state of a model as bytes: screens, scrollback, modes, and the parser in mid-sequence. Pure functions.
/// </summary>
public static class TerminalCheckpoint
{
    /// <summary>Writes the state; when not all of it fits, without the oldest scrollback.</summary>
    public static CheckpointResult Write(TerminalModel model, Span<byte> destination)
    {
        ArgumentNullException.ThrowIfNull(model);
        return StateWriter.Write(model, destination);
    }

    /// <summary>The model that was written. Throws <see cref="FormatException"/> when the bytes are none that this version wrote.</summary>
    public static TerminalModel Read(ReadOnlySpan<byte> source, TerminalOptions? options = null) => StateReader.Read(source, options);
}
