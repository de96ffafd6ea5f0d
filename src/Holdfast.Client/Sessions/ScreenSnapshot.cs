using Holdfast.Protocol.V1;

namespace Holdfast.Client;

/// <summary>A session's screen at one moment. A value; all output before <see cref="Offset"/> is in it.</summary>
/// <param name="Data">UTF-8 text, or escape sequences, as asked for.</param>
/// <param name="Size">The terminal's size.</param>
/// <param name="ScrollbackLines">Lines held above the screen.</param>
public sealed record ScreenSnapshot(
    ulong Offset, ReadOnlyMemory<byte> Data, TerminalSize Size, int CursorColumn, int CursorRow, bool AlternateScreen, int ScrollbackLines)
{
    internal static ScreenSnapshot Of(SnapshotAnswer last, ReadOnlyMemory<byte> data) => new(
        last.Offset, data, last.Size, (int)last.CursorColumn, (int)last.CursorRow, last.AlternateScreen, (int)last.ScrollbackLines);
}
