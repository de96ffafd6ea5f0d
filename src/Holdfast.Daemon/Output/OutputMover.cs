using Holdfast.Daemon.Health;
using Holdfast.Daemon.Sessions;
using Holdfast.Linux.Events;

namespace Holdfast.Daemon.Output;

/// <summary>Reads every session's PTY into its ring when it has output, in fair turns. Owned by the host, loop thread.</summary>
public sealed class OutputMover(Reactor reactor, ITransfer transfer, DaemonCounters counters)
{
    private readonly Dictionary<Session, OutputPump> _pumps = [];
    private readonly EchoPriority _echoes = new(reactor);

    public string TransferKind => transfer.Kind;

    public void Begin(Session session, Action drained, Action closed)
    {
        if (session.Pty is null)
            return;
        var pump = new OutputPump(reactor, transfer, counters, _echoes, session, drained, closed);
        _pumps.Add(session, pump);
        session.Subscribers.Progressed = pump.Resume;
        session.Input.Typed = () => _echoes.Await(pump);
        pump.Resume();
    }

    /// <summary>The program has ended: read what it left, then say so.</summary>
    public void Drain(Session session) => _pumps.GetValueOrDefault(session)?.Drain();

    public void Recheck(Session session) => _pumps.GetValueOrDefault(session)?.Resume();

    public void End(Session session)
    {
        if (_pumps.Remove(session, out var pump))
            pump.Stop();
    }

    /// <summary>The PTY can take input again: hear of it (or no longer).</summary>
    public void WantWritable(Session session, bool wanted) => _pumps.GetValueOrDefault(session)?.WantWritable(wanted);
}
