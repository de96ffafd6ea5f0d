using System.Buffers;
using Holdfast.Terminal.Snapshot;

namespace Holdfast.Terminal;

/// <summary>What a snapshot draws. Immutable.</summary>
public sealed record SnapshotOptions
{
    /// <summary>Lines of scrollback drawn before the screen; default none.</summary>
    public int ScrollbackLines { get; init; }

    /// <summary>Wrap the drawing in synchronized output (mode 2026), so that a display shows it at once. Default true.</summary>
    public bool Synchronized { get; init; } = true;

    /// <summary>
    /// The other terminal shows the preview of this snapshot (<see cref="TerminalSnapshot.WritePreview"/>): it is erased so that no terminal
    /// puts it into its scrollback, as some do when they are told to erase all. Default false.
    /// </summary>
    public bool OverPreview { get; init; }

    /// <summary>Erase what the other terminal keeps above its screen (ED 3): its user's history, so only where that is wanted. Default false.</summary>
    public bool ClearScrollback { get; init; }
}

/// <summary>
/// Writes escape sequences that give the same screen, cursor and settings in another terminal of that size, also in one that was in use.
/// Pure functions.
/// </summary>
public static class TerminalSnapshot
{
    /// <summary>
    /// Writes the snapshot. What follows in the program's output can be fed to the other terminal right after it: a sequence that was
    /// cut is left open. Few things cannot be said by any sequence: an erased cell in the last column under a pending
    /// wrap becomes a space; in a row of nothing but erased cells that all have a link or a foreground, the first has neither; in a
    /// screen of a single row, lines whose seam was erased are not joined.
    /// </summary>
    public static void Write(TerminalModel model, IBufferWriter<byte> destination, SnapshotOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(destination);
        destination.Write(new SnapshotWriter(model).Write(options ?? new SnapshotOptions(), titles: true));
    }

    /// <summary>
    /// Writes the screen alone, to be seen while a snapshot with much scrollback is still on its way; that one follows with
    /// <see cref="SnapshotOptions.OverPreview"/>, and then nothing is left of this.
    /// </summary>
    public static void WritePreview(TerminalModel model, IBufferWriter<byte> destination)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(destination);
        // Without titles: those a program puts aside would be put aside twice.
        destination.Write(new SnapshotWriter(model).Write(new SnapshotOptions(), titles: false));
    }
}
