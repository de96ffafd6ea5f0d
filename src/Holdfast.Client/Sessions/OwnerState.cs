using Holdfast.Protocol.V1;

namespace Holdfast.Client.Sessions;

/// <summary>
/// What an attachment knows of its session's owner, and in which part it attaches again. Owned by the attachment. Written by the receive loop,
/// read on any thread.
/// </summary>
internal sealed class OwnerState(string clientId, AttachAs asked)
{
    private ulong _epoch;
    private bool _isOwner;
    private bool _wasOwner;

    public bool IsOwner => Volatile.Read(ref _isOwner);

    public ulong Epoch => Volatile.Read(ref _epoch);

    public void OnAttached(AttachAnswer answer) => Set(answer.Owner, answer.OwnerEpoch);

    public void OnTaken(ulong epoch) => Set(true, epoch);

    public void OnChanged(OwnerChangedEvent changed) => Set(changed.Owner == clientId, changed.OwnerEpoch);

    public void OnLost() => Set(false, Epoch);

    /// <summary>An owner comes back under its epoch; one that was and is no more comes back to watch.</summary>
    public void Describe(AttachRequest request)
    {
        if (IsOwner)
            (request.As, request.OwnerEpoch) = (AttachAs.AsOwner, Epoch);
        else
            request.As = _wasOwner || asked != AttachAs.AsUnspecified ? AttachAs.AsObserver : AttachAs.AsUnspecified;
    }

    private void Set(bool isOwner, ulong epoch)
    {
        _wasOwner |= isOwner;
        Volatile.Write(ref _epoch, epoch);
        Volatile.Write(ref _isOwner, isOwner);
    }
}
