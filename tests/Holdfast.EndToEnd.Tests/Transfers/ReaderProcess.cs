using System.Text;
using Holdfast.Linux;
using Holdfast.Linux.Events;
using Holdfast.Linux.Files;
using Holdfast.Linux.Processes;
using Holdfast.Linux.Spawn;
using Holdfast.TestKit;

namespace Holdfast.EndToEnd.Tests.Transfers;

/// <summary>A child of the test with its output in a pipe. Owned by the lane that started it; one thread; dead and reaped when disposed.</summary>
internal sealed class ReaderProcess : IDisposable
{
    private readonly TransferPipe _report = TransferPipe.Create();
    private readonly PidFd _process;
    private readonly StringBuilder _said = new();

    public ReaderProcess(IReadOnlyList<string> command, params IReadOnlyList<Fd> further)
    {
        using var nothing = FileSystem.Open("/dev/null", OpenFlags.ReadOnly);
        using var errors = FileSystem.Open("/dev/null", OpenFlags.WriteOnly);
        var variables = new List<string> { $"PATH={Environment.GetEnvironmentVariable("PATH")}" };
        if (Environment.GetEnvironmentVariable("DOTNET_ROOT") is { } runtime)
            variables.Add($"DOTNET_ROOT={runtime}");
        var plan = new SpawnPlan(command[0], "/", command, variables);
        var error = ChildSpawner.TrySpawn(plan, new ChildDescriptors.Listed([nothing, _report.WriteEnd, errors, .. further]), out var pid);
        if (error != Errno.None || (error = PidFd.TryOpen(pid, out var process)) != Errno.None)
            throw new LinuxException("spawn", error, command[0]);
        _process = process!;
        // The child holds the other one: its end is the end of the pipe.
        _report.WriteEnd.Dispose();
    }

    /// <summary>The next line it says; null when it ended instead.</summary>
    public string? ReadLine()
    {
        Span<byte> buffer = stackalloc byte[256];
        while (true)
        {
            var said = _said.ToString();
            if (said.IndexOf('\n') is var end and >= 0)
            {
                _said.Remove(0, end + 1);
                return said[..end];
            }
            var read = _report.Read(buffer);
            if (read.WouldBlock)
                Await(_report.ReadEnd, DaemonProcess.Deadline);
            else if (read.Count <= 0)
                return null;
            else
                _said.Append(Encoding.ASCII.GetString(buffer[..read.Count]));
        }
    }

    public ExitStatus Kill()
    {
        _process.Send(Signals.Kill);
        Await(_process.Fd, DaemonProcess.Deadline);
        _process.QueryChild(reap: true, out var status);
        return status;
    }

    public void Dispose()
    {
        Kill();
        _process.Dispose();
        _report.ReadEnd.Dispose();
    }

    public static void Await(Fd fd, TimeSpan deadline)
    {
        using var epoll = new Epoll(1);
        epoll.Add(fd, Readiness.Readable, 1);
        var until = Environment.TickCount64 + (long)deadline.TotalMilliseconds;
        while (epoll.Wait((int)Math.Max(0, until - Environment.TickCount64)) == 0)
        {
            if (Environment.TickCount64 >= until)
                throw new TimeoutException($"{fd} did not become readable");
        }
    }
}
