using System.Text;
using Holdfast.Linux.Events;
using Holdfast.Linux.Processes;
using Holdfast.Linux.Pty;
using Holdfast.Linux.Spawn;
using Holdfast.TestKit;

namespace Holdfast.EndToEnd.Tests.Terminal;

/// <summary>A terminal that takes nothing until the test reads it, with `holdfast attach` on it. Owned by one test; disposing kills and reaps.</summary>
internal sealed class UnreadTerminal : IDisposable
{
    private readonly PtyMaster _master;
    private readonly int _pid;

    public UnreadTerminal(DaemonProcess daemon, params IReadOnlyList<string> arguments)
    {
        var pair = PtyPair.Open(new WindowSize(80, 24));
        _master = pair.Master;
        var environment = Environment.GetEnvironmentVariables().Cast<System.Collections.DictionaryEntry>()
            .ToDictionary(e => (string)e.Key, e => (string?)e.Value);
        foreach (var (name, value) in daemon.Variables)
            environment[name] = value;
        var plan = new SpawnPlan(
            ProductBinaries.Cli, daemon.Directory, ["holdfast", .. arguments], [.. environment.Select(e => $"{e.Key}={e.Value}")]);
        var error = ChildSpawner.TrySpawn(plan, new ChildDescriptors.Terminal(pair.Slave), out _pid);
        pair.Slave.Dispose();
        Assert.Equal(Linux.Errno.None, error);
    }

    public void Type(string keys) => Assert.Equal(keys.Length, _master.Write(Encoding.ASCII.GetBytes(keys)).Count);

    /// <summary>Reads what the terminal is given until this was said.</summary>
    public void ReadUntil(string text)
    {
        var said = new StringBuilder();
        var buffer = new byte[4096];
        while (!said.ToString().Contains(text, StringComparison.Ordinal))
        {
            Span<PollEntry> entry = [new PollEntry(_master.Fd.Number, Readiness.Readable)];
            Assert.True(DescriptorPoll.Wait(entry, (int)DaemonProcess.Deadline.TotalMilliseconds) > 0, $"the terminal never said {text}");
            var read = _master.Read(buffer);
            Assert.True(read.Ok, $"the terminal ended ({read.Error}) before it said {text}");
            // Only the end can hold what is looked for.
            if (said.Length > 2 * text.Length)
                said.Remove(0, said.Length - text.Length);
            said.Append(Encoding.Latin1.GetString(buffer, 0, read.Count));
        }
    }

    public void Dispose()
    {
        OwnedProcesses.Kill(_pid);
        _master.Dispose();
        _ = Children.Reap(_pid, out _);
    }
}
