using System.Runtime.InteropServices;
using Holdfast.Linux.Tty;

namespace Holdfast.Cli.Sessions;

/// <summary>
/// Gives the terminal back also where the process is ended by a signal or a fault.
/// Lives as long as raw mode does; its handlers run on the runtime's threads.
/// </summary>
internal sealed class TerminalRestorer : IDisposable
{
    private readonly RawMode _raw;
    private readonly PosixSignalRegistration[] _signals;

    public TerminalRestorer(RawMode raw)
    {
        _raw = raw;
        // The default action follows: the process still ends by the signal, as its parent expects.
        _signals =
        [
            PosixSignalRegistration.Create(PosixSignal.SIGTERM, _ => raw.Restore()),
            PosixSignalRegistration.Create(PosixSignal.SIGHUP, _ => raw.Restore()),
            PosixSignalRegistration.Create(PosixSignal.SIGINT, _ => raw.Restore()),
            PosixSignalRegistration.Create(PosixSignal.SIGQUIT, _ => raw.Restore()),
        ];
        AppDomain.CurrentDomain.UnhandledException += OnFault;
        AppDomain.CurrentDomain.ProcessExit += OnExit;
    }

    public void Dispose()
    {
        AppDomain.CurrentDomain.UnhandledException -= OnFault;
        AppDomain.CurrentDomain.ProcessExit -= OnExit;
        foreach (var signal in _signals)
            signal.Dispose();
    }

    private void OnFault(object sender, UnhandledExceptionEventArgs e) => _raw.Restore();

    private void OnExit(object? sender, EventArgs e) => _raw.Restore();
}
