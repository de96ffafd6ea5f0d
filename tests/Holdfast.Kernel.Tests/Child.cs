using System.Text;
using Holdfast.Linux;
using Holdfast.Linux.Files;
using Holdfast.Linux.Processes;
using Holdfast.Linux.Pty;
using Holdfast.Linux.Spawn;

namespace Holdfast.Kernel.Tests;

/// <summary>A process that a test started and its end of the pipe or terminal. Disposing kills and reaps what is left.</summary>
internal sealed class Child : IDisposable
{
    private readonly Func<byte[], IoResult> _read;
    private readonly Fd _source;
    private readonly IDisposable _owner;
    private bool _reaped;

    private Child(int pid, Fd source, Func<byte[], IoResult> read, IDisposable owner)
    {
        Pid = pid;
        _source = source;
        _read = read;
        _owner = owner;
        var error = PidFd.TryOpen(pid, out var process);
        Process = process ?? throw new LinuxException("pidfd_open", error);
    }

    public int Pid { get; }

    public PidFd Process { get; }

    public static IReadOnlyList<string> OwnEnvironment { get; } =
        [.. Environment.GetEnvironmentVariables().Cast<System.Collections.DictionaryEntry>().Select(e => $"{e.Key}={e.Value}")];

    public static string ProbePath { get; } = Path.Combine(AppContext.BaseDirectory, "Holdfast.Kernel.Probe");

    public static SpawnPlan ShellPlan(string script, params IReadOnlyList<string> arguments) =>
        new("/bin/bash", "/", ["bash", "-c", script, "bash", .. arguments], OwnEnvironment);

    /// <summary>A shell with its output in a pipe, and standard input from nowhere.</summary>
    public static Child Shell(string script, params IReadOnlyList<string> arguments) => OnPipe(ShellPlan(script, arguments));

    /// <summary>A process with its output in a pipe; its input is <paramref name="input"/>, or nothing.</summary>
    public static Child OnPipe(SpawnPlan plan, Fd? input = null)
    {
        var pipe = TransferPipe.Create();
        using var none = FileSystem.Open("/dev/null", OpenFlags.ReadWrite);
        var error = ChildSpawner.TrySpawn(plan, new ChildDescriptors.Listed([input ?? none, pipe.WriteEnd, pipe.WriteEnd]), out var pid);
        if (error != Errno.None)
            throw new LinuxException("spawn", error, plan.Program);
        pipe.WriteEnd.Dispose();
        return new Child(pid, pipe.ReadEnd, b => pipe.Read(b), pipe);
    }

    /// <summary>The probe, asked this question.</summary>
    public static Child Probe(params IReadOnlyList<string> question) =>
        OnPipe(new(ProbePath, "/", ["probe", .. question], OwnEnvironment));

    /// <summary>A process on a terminal of its own; the caller's slave is closed, so that the output ends with the process.</summary>
    public static Child OnTerminal(SpawnPlan plan, PtyPair pty)
    {
        var error = ChildSpawner.TrySpawn(plan, new ChildDescriptors.Terminal(pty.Slave), out var pid);
        if (error != Errno.None)
            throw new LinuxException("spawn", error, plan.Program);
        pty.Slave.Dispose();
        return new Child(pid, pty.Master.Fd, b => pty.Master.Read(b), pty.Master);
    }

    /// <summary>Everything it writes until nobody holds the other end.</summary>
    public string ReadToEnd()
    {
        var text = new StringBuilder();
        while (ReadSome() is { } some)
            text.Append(some);
        return text.ToString();
    }

    /// <summary>Reads until the text was written, which must happen.</summary>
    public string ReadUntil(string end)
    {
        var text = new StringBuilder();
        while (!text.ToString().Contains(end, StringComparison.Ordinal))
            text.Append(ReadSome() ?? throw new EndOfStreamException($"no '{end}' in '{text}'"));
        return text.ToString();
    }

    /// <summary>Blocks until it has ended; leaves the zombie.</summary>
    public void AwaitEnd() => Await.Ready(Process.Fd);

    public ExitStatus Reap()
    {
        AwaitEnd();
        if (Process.QueryChild(reap: true, out var status) != ExitQuery.Known)
            throw new InvalidOperationException("no status");
        _reaped = true;
        return status;
    }

    public void Dispose()
    {
        if (!_reaped && Process.QueryChild(reap: false, out _) != ExitQuery.NotOurChild)
        {
            Process.Send(Signals.Kill);
            Reap();
        }
        Process.Dispose();
        _owner.Dispose();
    }

    private string? ReadSome()
    {
        var buffer = new byte[4096];
        while (true)
        {
            var got = _read(buffer);
            if (got.WouldBlock)
                Await.Ready(_source);
            else if (got.Ok && got.Count > 0)
                return Encoding.UTF8.GetString(buffer, 0, got.Count);
            else if (got.Ok || got.Error == Errno.EIO)
                return null;
            else
                throw new LinuxException("read", got.Error);
        }
    }
}
