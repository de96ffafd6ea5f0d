using Holdfast.Daemon.Clients;
using Holdfast.Daemon.Sessions;
using Holdfast.Linux.Events;
using Holdfast.Protocol.V1;

namespace Holdfast.Daemon.Ownership;

/// <summary>
/// Who may change a session: at most one client, the owner, under an epoch that grows with each change; where there is none, whoever asks.
/// Owned by the session, loop thread. Client, name and epoch are in the session's record and so outlive the daemon.
/// </summary>
public sealed class OwnerClaim(Session session, OwnerRules rules)
{
    private readonly Dictionary<ClientConnection, OwnerPart> _parts = [];
    private LoopTimer? _grace;

    public string Owner => session.Record.Session.Owner;

    public ulong Epoch => session.Record.Session.OwnerEpoch;

    /// <summary>False while the owner is away and its claim runs out, and where there is none.</summary>
    public bool IsPresent => Owner.Length > 0 && _parts.Any(p => Holds(p.Key, p.Value));

    public long GraceMilliseconds => rules.GraceMilliseconds;

    public bool IsOwner(ClientConnection connection) => Owner.Length > 0 && Owner == connection.ClientId;

    /// <summary>A connection attaches in the part it asks for.</summary>
    /// <exception cref="Protocol.HoldfastException">OWNER_REQUIRED: another client is the owner.</exception>
    public void Attach(ClientConnection connection, AttachRequest request)
    {
        var part = new OwnerPart(request.As, request.FromCase != AttachRequest.FromOneofCase.NoOutput);
        switch (request.As)
        {
            case AttachAs.AsOwner:
                if (request.OwnerEpoch != 0 && request.OwnerEpoch != Epoch)
                    throw rules.Refusal(session, $"it had another owner since (epoch {Epoch}, not {request.OwnerEpoch})");
                MustBeFreeFor(connection);
                Admit(connection, part);
                Claim(connection, part);
                break;
            case AttachAs.AsTakeover:
                Admit(connection, part);
                Claim(connection, part);
                break;
            default:
                var held = PartOf(connection) is { } before && Holds(connection, before);
                Admit(connection, part);
                // Who attaches anew only to watch gives it up.
                if (held && !IsPresent)
                    End(OwnerChange.OwnerReleased);
                break;
        }
    }

    /// <summary>An attached connection becomes the owner.</summary>
    /// <exception cref="Protocol.HoldfastException">OWNER_REQUIRED: another client is, and it was not to be forced.</exception>
    public void Take(ClientConnection connection, OwnerPart part, bool force)
    {
        if (!force)
            MustBeFreeFor(connection);
        part.Role = AttachAs.AsOwner;
        Claim(connection, part);
    }

    /// <exception cref="Protocol.HoldfastException">OWNER_REQUIRED: it is not the owner, or not under this epoch.</exception>
    public void Release(ClientConnection connection, ulong epoch)
    {
        if (!IsOwner(connection) || (epoch != 0 && epoch != Epoch))
            throw rules.Refusal(session, "only its owner can give it up");
        foreach (var (holder, part) in _parts.Where(p => p.Key.ClientId == Owner))
            (part.Role, part.Epoch) = (holder.Role == Role.Control ? AttachAs.AsObserver : part.Role, 0);
        End(OwnerChange.OwnerReleased);
    }

    public OwnerPart? PartOf(ClientConnection connection) => _parts.GetValueOrDefault(connection);

    /// <summary>A request that changes the session, meant under this epoch (0: any).</summary>
    /// <exception cref="Protocol.HoldfastException">OWNER_REQUIRED.</exception>
    public void Check(ClientConnection connection, ulong epoch)
    {
        if (epoch != 0 && epoch != Epoch)
            throw rules.Refusal(session, $"it had another owner since (epoch {Epoch}, not {epoch})");
        if (!Allows(connection, PartOf(connection)))
            throw rules.Refusal(session, Owner.Length == 0 ? "this client is attached to watch only" : "another client is its owner");
    }

    /// <summary>Input has arrived of an attached connection; the first of somebody who also watches claims a session that nobody owns.</summary>
    public bool AllowsInput(ClientConnection connection)
    {
        var part = PartOf(connection);
        if (!Allows(connection, part))
        {
            rules.CountRefusal();
            return false;
        }
        if (part is { Role: AttachAs.AsUnspecified } && !(IsOwner(connection) && part.Epoch == Epoch) && Watches(connection, part))
            Claim(connection, part);
        return true;
    }

    /// <summary>The connection has detached, or (<paramref name="vanished"/>) is gone without a word: then its client may come back.</summary>
    public void Detach(ClientConnection connection, bool vanished)
    {
        if (!_parts.Remove(connection, out var part) || !IsOwner(connection) || part.Epoch != Epoch || IsPresent)
            return;
        if (vanished)
            AwaitReturn();
        else
            End(OwnerChange.OwnerReleased);
    }

    /// <summary>The owner of the former daemon is not here yet, or its connection ended.</summary>
    public void AwaitReturn()
    {
        if (Owner.Length == 0)
            return;
        _grace?.Cancel();
        var epoch = Epoch;
        _grace = rules.AfterGrace(() =>
        {
            if (Epoch == epoch && !IsPresent)
                End(OwnerChange.OwnerLost);
        });
    }

    /// <summary>The session is forgotten.</summary>
    public void Clear()
    {
        _grace?.Cancel();
        _parts.Clear();
    }

    // Where nobody owns the session everybody may, but for those who said that they only watch, and for former owners.
    private bool Allows(ClientConnection connection, OwnerPart? part)
    {
        if (part is { Role: AttachAs.AsObserver } || (part is not null && part.Epoch != 0 && part.Epoch != Epoch))
            return false;
        return Owner.Length == 0 || IsOwner(connection);
    }

    // A client may have a connection of its own for output.
    private bool Watches(ClientConnection connection, OwnerPart part) =>
        part.ReadsOutput || _parts.Any(p => p.Value.ReadsOutput && p.Key.ClientId == connection.ClientId);

    private bool Holds(ClientConnection connection, OwnerPart part) => connection.ClientId == Owner && part.Epoch == Epoch;

    private void MustBeFreeFor(ClientConnection connection)
    {
        if (Owner.Length > 0 && !IsOwner(connection))
            throw rules.Refusal(session, "another client is its owner");
    }

    private void Admit(ClientConnection connection, OwnerPart part)
    {
        // Attaching anew does not give up what this connection held.
        if (part.Role == AttachAs.AsUnspecified && _parts.GetValueOrDefault(connection) is { } before && before.Epoch == Epoch)
            part.Epoch = before.Epoch;
        _parts[connection] = part;
    }

    private void Claim(ClientConnection connection, OwnerPart part)
    {
        _grace?.Cancel();
        var former = Owner;
        if (!IsOwner(connection))
        {
            var info = session.Record.Session;
            (info.Owner, info.OwnerName) = (connection.ClientId, connection.ClientName);
            info.OwnerEpoch++;
            part.Epoch = Epoch;
            foreach (var loser in _parts.Where(p => p.Key.ClientId == former && p.Value.Epoch != 0).Select(p => p.Key).ToArray())
                session.Input.Fence(loser);
            rules.Changed(session, former, former.Length == 0 ? OwnerChange.OwnerClaimed : OwnerChange.OwnerTakenOver);
        }
        part.Epoch = Epoch;
    }

    private void End(OwnerChange reason)
    {
        _grace?.Cancel();
        var former = Owner;
        var info = session.Record.Session;
        (info.Owner, info.OwnerName) = ("", "");
        info.OwnerEpoch++;
        rules.Changed(session, former, reason);
    }
}
