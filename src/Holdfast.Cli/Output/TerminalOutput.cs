using Holdfast.Cli.Input;
using Holdfast.Linux;
using Holdfast.Linux.Files;

namespace Holdfast.Cli.Output;

/// <summary>
/// The attached terminal as a place for output: opened once more without blocking, which other programs on it do not notice, so that keys are heard
/// while it takes nothing. Owned by one attachment.
/// </summary>
internal sealed class TerminalOutput : IByteOutput, IDisposable
{
    // Of standard output: /proc leads to the terminal itself, whatever its name has become.
    private const string Path = "/proc/self/fd/1";

    private readonly TerminalWait _wait;
    private readonly Fd? _own;

    public TerminalOutput(TerminalWait wait)
    {
        _wait = wait;
        try
        {
            _own = FileSystem.Open(Path, OpenFlags.WriteOnly | OpenFlags.NonBlocking);
        }
        catch (LinuxException e)
        {
            // Another user's terminal, after su: it is written to as it is.
            _ = e;
        }
    }

    /// <summary>True where a write may wait without hearing keys.</summary>
    public bool Blocks => _own is null;

    public void Write(ReadOnlySpan<byte> bytes)
    {
        if (_own is null)
        {
            StandardOutput.Write(bytes);
            return;
        }

        while (!bytes.IsEmpty)
        {
            var written = FileSystem.Write(_own, bytes);
            if (written.Ok)
                bytes = bytes[written.Count..];
            else if (written.WouldBlock)
                _wait.UntilWritable(_own);
            else
                throw new IOException($"the terminal: {written.Error}");
        }
    }

    public void Dispose() => _own?.Dispose();
}
