using System.Text;
using Holdfast.Linux.Events;
using Holdfast.Linux.Processes;
using Holdfast.Linux.Pty;
using Holdfast.Linux.Spawn;
using Holdfast.Terminal;
using Holdfast.TestKit;

namespace Holdfast.EndToEnd.Tests.Terminal;

/// <summary>A terminal that takes nothing until the test reads it, with `holdfast attach` on it. Owned by one test; disposing kills and reaps.</summary>
internal sealed class UnreadTerminal : IDisposable
{
    private const int Columns = 80;
    private const int Rows = 24;

    private readonly PtyMaster _master;
    private readonly TerminalModel _screen = new(new TerminalSize(Columns, Rows));
    private readonly byte[] _buffer = new byte[4096];
    private readonly int _pid;

    public UnreadTerminal(DaemonProcess daemon, params IReadOnlyList<string> arguments)
    {
        var pair = PtyPair.Open(new WindowSize(Columns, Rows));
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

    public void Type(string keys)
    {
        for (ReadOnlySpan<byte> left = Encoding.ASCII.GetBytes(keys); !left.IsEmpty;)
        {
            Span<PollEntry> entry = [new PollEntry(_master.Fd.Number, Readiness.Writable)];
            Assert.True(DescriptorPoll.Wait(entry, (int)DaemonProcess.Deadline.TotalMilliseconds) > 0, "nobody reads the keys");
            var written = _master.Write(left);
            Assert.True(written.Ok || written.WouldBlock, $"{written.Error}");
            left = left[Math.Max(0, written.Count)..];
        }
    }

    public int Pid => _pid;

    /// <summary>Reads what the terminal is given until this was said.</summary>
    public void ReadUntil(string text)
    {
        var said = "";
        while (!said.Contains(text, StringComparison.Ordinal))
            // Only the end can hold what is looked for.
            said = said[^Math.Min(said.Length, text.Length)..] + Encoding.Latin1.GetString(ReadOnce(text));
    }

    /// <summary>Reads what the terminal is given until its screen, with its colours, is as wanted.</summary>
    public void ReadUntilScreen(Predicate<string> wanted)
    {
        while (!wanted(TerminalText.Screen(_screen, styled: true)))
            ReadOnce("what was wanted; it shows:\n" + TerminalText.Screen(_screen));
    }

    /// <summary>Reads until no process has the terminal open any more.</summary>
    public string ReadToEnd()
    {
        var said = new StringBuilder();
        while (true)
        {
            Span<PollEntry> entry = [new PollEntry(_master.Fd.Number, Readiness.Readable)];
            Assert.True(DescriptorPoll.Wait(entry, (int)DaemonProcess.Deadline.TotalMilliseconds) > 0, "somebody holds the terminal");
            var read = _master.Read(_buffer);
            if (read.Error == Linux.Errno.EIO)
                return said.ToString();
            Assert.True(read.Ok, $"the terminal: {read.Error}");
            said.Append(Encoding.Latin1.GetString(_buffer.AsSpan(0, read.Count)));
        }
    }

    private ReadOnlySpan<byte> ReadOnce(string what)
    {
        Span<PollEntry> entry = [new PollEntry(_master.Fd.Number, Readiness.Readable)];
        Assert.True(DescriptorPoll.Wait(entry, (int)DaemonProcess.Deadline.TotalMilliseconds) > 0, $"the terminal never said {what}");
        var read = _master.Read(_buffer);
        Assert.True(read.Ok, $"the terminal ended ({read.Error}) before it said {what}");
        _screen.Feed(_buffer.AsSpan(0, read.Count));
        return _buffer.AsSpan(0, read.Count);
    }

    public void Dispose()
    {
        OwnedProcesses.Kill(_pid);
        _master.Dispose();
        _ = Children.Reap(_pid, out _);
    }
}
