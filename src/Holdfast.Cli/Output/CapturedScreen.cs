namespace Holdfast.Cli.Output;

/// <summary>What `capture --json` prints. A value.</summary>
internal sealed record CapturedScreen(
    string Text, uint Cols, uint Rows, int CursorColumn, int CursorRow, bool AlternateScreen, int ScrollbackLines, ulong Offset);
