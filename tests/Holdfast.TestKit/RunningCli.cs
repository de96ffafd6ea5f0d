using System.Diagnostics;

namespace Holdfast.TestKit;

/// <summary>A command line that runs. Owned by the test that started it; disposing kills it.</summary>
public sealed class RunningCli : IAsyncDisposable
{
    private readonly Process _process;
    private readonly Task<string> _error;

    internal RunningCli(ProcessStartInfo start)
    {
        start.RedirectStandardInput = start.RedirectStandardOutput = start.RedirectStandardError = true;
        _process = Process.Start(start) ?? throw new InvalidOperationException($"{start.FileName} did not start");
        _error = _process.StandardError.ReadToEndAsync();
    }

    public int Pid => _process.Id;

    public Stream Output => _process.StandardOutput.BaseStream;

    public Stream Input => _process.StandardInput.BaseStream;

    /// <summary>Reads what is left of its output and waits for its end.</summary>
    public async Task<CliResult> EndAsync(TimeSpan? deadline = null)
    {
        using var patience = new CancellationTokenSource(deadline ?? DaemonProcess.Deadline);
        using var output = new MemoryStream();
        await Output.CopyToAsync(output, patience.Token);
        await _process.WaitForExitAsync(patience.Token);
        return new CliResult(_process.ExitCode, output.ToArray(), await _error);
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
            _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }
}
