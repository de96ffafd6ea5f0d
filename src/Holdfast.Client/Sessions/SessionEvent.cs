using Holdfast.Protocol.V1;

namespace Holdfast.Client;

/// <summary>
/// One event of an attachment, a value.
/// <see cref="Data"/> belongs to the client and is valid until the next read of the same attachment.
/// </summary>
public readonly record struct SessionEvent
{
    public SessionEventKind Kind { get; init; }

    public ulong From { get; init; }

    public ulong To { get; init; }

    public ReadOnlyMemory<byte> Data { get; init; }

    public TerminalSize? Size { get; init; }

    /// <summary>The daemon has written the output to the terminal that was lent.</summary>
    public bool Shown { get; init; }

    /// <summary>More pieces of the same screen follow.</summary>
    public bool More { get; init; }

    public ExitStatus? Exit { get; init; }

    public string? Name { get; init; }

    public BackpressureWarningEvent? Backpressure { get; init; }

    public OwnerChangedEvent? Owner { get; init; }
}
