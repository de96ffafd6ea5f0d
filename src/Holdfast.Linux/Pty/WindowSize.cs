namespace Holdfast.Linux.Pty;

/// <summary>Size of a terminal in character cells.</summary>
public readonly record struct WindowSize(ushort Columns, ushort Rows);
