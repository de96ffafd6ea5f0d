namespace Holdfast.Linux;

/// <summary>A system call failed in a way its caller did not plan for; carries the call's name and the error number.</summary>
public sealed class LinuxException(string call, Errno error, string? subject = null)
    : IOException(subject is null ? $"{call}: {error}" : $"{call} {subject}: {error}")
{
    public string Call { get; } = call;

    public Errno Error { get; } = error;
}
