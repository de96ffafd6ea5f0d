using System.Runtime.InteropServices;

namespace Holdfast.Linux.Events;

/// <summary>
/// Signals as a descriptor for the loop: the runtime's handler notes the signal and rings. Not signalfd: the runtime's own threads do not
/// block the signals, and take them with their default action. Lives as long as the process; one a process.
/// </summary>
public sealed class SignalDoorbell : IDisposable
{
    private readonly EventFd _bell = new();
    private readonly PosixSignalRegistration[] _registrations;
    private int _pending;

    public SignalDoorbell()
    {
        _registrations =
        [
            Listen(PosixSignal.SIGTERM, 1),
            Listen(PosixSignal.SIGHUP, 2),
            Listen(PosixSignal.SIGINT, 4),
            Listen(PosixSignal.SIGQUIT, 8),
            Listen(PosixSignal.SIGCHLD, 16),
        ];
    }

    public Fd Fd => _bell.Fd;

    /// <summary>The signals noted since the last look; clears the bell first, so that none is missed.</summary>
    public PendingSignals Take()
    {
        _bell.Clear();
        return new PendingSignals(Interlocked.Exchange(ref _pending, 0));
    }

    public void Dispose()
    {
        foreach (var registration in _registrations)
            registration.Dispose();
        _bell.Dispose();
    }

    private PosixSignalRegistration Listen(PosixSignal signal, int bit) =>
        PosixSignalRegistration.Create(signal, context =>
        {
            context.Cancel = true;
            Interlocked.Or(ref _pending, bit);
            _bell.Ring();
        });
}

/// <summary>Which signals arrived.</summary>
public readonly record struct PendingSignals(int Bits)
{
    /// <summary>Somebody asked us to end: TERM, INT or QUIT.</summary>
    public bool Stop => (Bits & (1 | 4 | 8)) != 0;

    public bool HangUp => (Bits & 2) != 0;

    public bool Child => (Bits & 16) != 0;
}
