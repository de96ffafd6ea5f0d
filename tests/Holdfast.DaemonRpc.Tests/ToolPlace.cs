using System.Diagnostics;
using System.Globalization;
using System.Text;
using Holdfast.DaemonRpc.Client;
using Holdfast.DaemonRpc.Lifecycle;
using Holdfast.Linux;
using Holdfast.Linux.Events;
using Holdfast.Linux.Processes;

namespace Holdfast.DaemonRpc.Tests;

/// <summary>How a run of the tool ended, and what it said. A value.</summary>
internal sealed record ToolResult(int ExitCode, byte[] Output, string Error)
{
    public string Text => Encoding.UTF8.GetString(Output);
}

/// <summary>Directories of their own for the tool and its daemon. Owned by one test; disposing kills whatever still runs in them.</summary>
internal sealed class ToolPlace : IDisposable
{
    // Generous: a loaded machine must not fail a test.
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    public ToolPlace(string daemonId = "test-tool")
    {
        // Short, because a socket's address is.
        Root = Directory.CreateTempSubdirectory("rpc-").FullName;
        Variables["DAEMON_RPC_DIR"] = Path.Combine(Root, "run");
        Place = DaemonPlace.For(daemonId, Variables["DAEMON_RPC_DIR"]);
    }

    public static string Tool { get; } = Path.Combine(AppContext.BaseDirectory, "Holdfast.DaemonRpc.Tool");

    public string Root { get; }

    public DaemonPlace Place { get; }

    public Dictionary<string, string> Variables { get; } = new(StringComparer.Ordinal);

    public string Log => File.Exists(Place.LogFile) ? File.ReadAllText(Place.LogFile) : "";

    /// <summary>A setting of the tool, for the clients and daemons that start from now on.</summary>
    public string Set(string name, string value) => Variables[$"DAEMON_RPC_TEST_{name}"] = value;

    public DaemonControl Control() => new(Place, TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(30));

    public Process Start(params IReadOnlyList<string> arguments)
    {
        var start = new ProcessStartInfo(Tool, arguments)
        {
            WorkingDirectory = Root,
            RedirectStandardInput = true,
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in Variables)
            start.Environment[name] = value;
        return Process.Start(start)!;
    }

    public async Task<ToolResult> RunAsync(params IReadOnlyList<string> arguments)
    {
        using var process = Start(arguments);
        process.StandardInput.Close();
        return await EndAsync(process);
    }

    public async Task<ToolResult> RunWithInputAsync(byte[] input, params IReadOnlyList<string> arguments)
    {
        using var process = Start(arguments);
        var end = EndAsync(process);
        try
        {
            await process.StandardInput.BaseStream.WriteAsync(input);
            process.StandardInput.Close();
        }
        catch (IOException e)
        {
            // It had enough of it; its end tells why.
            Assert.Contains("Broken pipe", e.Message, StringComparison.Ordinal);
        }
        return await end;
    }

    public static async Task<ToolResult> EndAsync(Process process)
    {
        using var patience = new CancellationTokenSource(Patience);
        using var output = new MemoryStream();
        var error = process.StandardError.ReadToEndAsync(patience.Token);
        await process.StandardOutput.BaseStream.CopyToAsync(output, patience.Token);
        await process.WaitForExitAsync(patience.Token);
        return new ToolResult(process.ExitCode, output.ToArray(), await error);
    }

    /// <summary>Reads until this line came.</summary>
    public static async Task AwaitLineAsync(Process process, string line)
    {
        using var patience = new CancellationTokenSource(Patience);
        var got = await process.StandardOutput.ReadLineAsync(patience.Token);
        Assert.Equal(line, got ?? await process.StandardError.ReadToEndAsync(patience.Token));
    }

    public async Task<int> DaemonPidAsync()
    {
        var result = await RunAsync("pid");
        Assert.True(result.ExitCode == 0, $"{result.Error}\n{Log}");
        return int.Parse(result.Text, CultureInfo.InvariantCulture);
    }

    public static void Signal(int pid, int signal)
    {
        Assert.Equal(Errno.None, PidFd.TryOpen(pid, out var process));
        using (process)
            Assert.Equal(Errno.None, process!.Send(signal));
    }

    /// <summary>Waits until the process has ended, whoever its parent is.</summary>
    public static Task EndOfAsync(int pid) => Task.Factory.StartNew(
        () =>
        {
            if (PidFd.TryOpen(pid, out var process) != Errno.None)
                return;
            using (process)
                Assert.True(DescriptorPoll.Wait([new PollEntry(process!.Fd.Number, Readiness.Readable)], (int)Patience.TotalMilliseconds) > 0, $"{pid} did not end");
        },
        CancellationToken.None,
        TaskCreationOptions.LongRunning,
        TaskScheduler.Default);

    public static bool IsAlive(int pid) => ProcessFacts.TryRead(pid, out var facts) && !facts.IsDead;

    /// <summary>For what nothing tells of when it happens.</summary>
    public static async Task UntilAsync(Func<bool> holds)
    {
        var begun = Stopwatch.GetTimestamp();
        while (!holds())
        {
            Assert.True(Stopwatch.GetElapsedTime(begun) < Patience, "it did not come about");
            await Task.Yield();
        }
    }

    public static async Task ShellAsync(string command)
    {
        using var shell = Process.Start("/bin/sh", ["-c", command]);
        await shell.WaitForExitAsync();
        Assert.Equal(0, shell.ExitCode);
    }

    /// <summary>Makes a FIFO and returns its path.</summary>
    public string Fifo(string name)
    {
        var path = Path.Combine(Root, name);
        using var process = Process.Start("mkfifo", [path]);
        process.WaitForExit();
        return path;
    }

    /// <summary>The daemons that live in these directories.</summary>
    public List<int> Daemons() =>
        [.. ProcessTable.Read(out _).Where(p => !p.Value.IsDead && ProcessTable.HasOpen(p.Key, Place.LockFile)).Select(p => p.Key)];

    public void Dispose()
    {
        foreach (var pid in Daemons())
        {
            if (PidFd.TryOpen(pid, out var process) != Errno.None)
                continue;
            using (process)
            {
                process!.Send(Signals.Kill);
                DescriptorPoll.Wait([new PollEntry(process.Fd.Number, Readiness.Readable)], (int)Patience.TotalMilliseconds);
            }
        }
        Directory.Delete(Root, recursive: true);
    }
}
