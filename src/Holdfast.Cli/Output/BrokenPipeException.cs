namespace Holdfast.Cli.Output;

/// <summary>Nobody reads the standard output any more. Thrown by <see cref="StandardOutput"/>; a command may end quietly.</summary>
internal sealed class BrokenPipeException : Exception;
