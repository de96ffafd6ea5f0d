namespace Holdfast.Generate;

/// <summary>A file of the repository that is derived from the schema: its path from the root, and all of its text.</summary>
public sealed record GeneratedFile(string Path, string Text);
