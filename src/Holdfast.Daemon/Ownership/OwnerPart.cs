using Holdfast.Protocol.V1;

namespace Holdfast.Daemon.Ownership;

/// <summary>
/// In which part one connection is attached to one session. Owned by the session's <see cref="OwnerClaim"/>, loop thread; lives while the
/// connection is attached.
/// </summary>
public sealed class OwnerPart(AttachAs role, bool readsOutput)
{
    public AttachAs Role { get; set; } = role;

    /// <summary>One that only sends, such as a script's, borrows a session that nobody owns instead of claiming it.</summary>
    public bool ReadsOutput { get; } = readsOutput;

    /// <summary>The epoch under which it was the owner, or 0. Under a later epoch it is fenced off until it claims the session anew.</summary>
    public ulong Epoch { get; set; }
}
