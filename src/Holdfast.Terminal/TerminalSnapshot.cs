using System.Buffers;

namespace Holdfast.Terminal;

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
