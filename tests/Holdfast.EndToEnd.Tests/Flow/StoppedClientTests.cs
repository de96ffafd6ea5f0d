using System.Globalization;
using Holdfast.Client;
using Holdfast.Protocol.V1;
using Holdfast.TestKit;

namespace Holdfast.EndToEnd.Tests.Flow;

/// <summary>A client that stands still takes no memory, holds nobody up, and learns what it missed.</summary>
public sealed class StoppedClientTests
{
    private const int StopSignal = 19;
    private const int ContinueSignal = 18;
    private const int Lines = 12_000_000;
    private const long MostGrowth = 1 << 20;

    [Fact]
    public async Task While_one_stands_still_the_others_get_every_byte_and_the_daemon_does_not_grow()
    {
        await using var daemon = new DaemonProcess();
        await using var client = await daemon.ConnectAsync();
        await client.CreateAsync(daemon.Shell("work", $"read go; seq 1 5000000; read more; seq 1 {Lines}"));
        await using var stopped = daemon.StartCli("tail", "work");
        await using var reader = await client.AttachAsync(new AttachRequest { Session = "work", Start = true, As = AttachAs.AsOwner });
        while ((await client.InspectAsync("work")).Observers < 1)
            Assert.NotEqual(0u, (await client.InspectAsync("work")).Clients);
        OwnedProcesses.Signal(stopped.Pid, StopSignal);
        // The first flood brings the daemon to where it stays: the ring is full, the stopped one has lost its first bytes.
        await reader.WriteAsync("go\n"u8.ToArray());
        await ReadUntilAsync(reader, "\r\n5000000\r\n");
        var pid = await daemon.DaemonPidAsync();
        var before = AnonymousBytes(pid);
        await reader.WriteAsync("more\n"u8.ToArray());
        var whole = await ReadUntilAsync(reader, $"\r\n{Lines}\r\n");
        Assert.InRange(AnonymousBytes(pid) - before, long.MinValue, MostGrowth);
        Assert.True(whole, "the reader that went on got a gap");
        var facts = (await client.InspectAsync("work")).Attached;
        Assert.Equal(0u, Assert.Single(facts, f => f.Owner).Gaps);
        OwnedProcesses.Signal(stopped.Pid, ContinueSignal);
        var end = await stopped.EndAsync();
        Assert.Equal(75, end.ExitCode);
        Assert.Contains("(OUTPUT_GAP)", end.Error, StringComparison.Ordinal);
        Assert.EndsWith($"\r\n{Lines}\r\n", end.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task With_pause_a_stopped_owner_gets_every_byte_and_an_observer_stops_nobody()
    {
        await using var daemon = new DaemonProcess();
        await using var owner = await daemon.ConnectAsync();
        await using var watcher = await daemon.ConnectOnlyAsync();
        var request = daemon.Shell("work", "read go; seq 1 3000000");
        request.Overflow = OverflowPolicy.OverflowPause;
        request.RingBytes = 1 << 18;
        await owner.CreateAsync(request);
        await using var reading = await owner.AttachAsync(new AttachRequest { Session = "work", Start = true, As = AttachAs.AsOwner });
        await using var stopped = daemon.StartCli("tail", "work");
        while ((await watcher.InspectAsync("work")).Observers < 1)
            Assert.NotEqual(0u, (await watcher.InspectAsync("work")).Clients);
        OwnedProcesses.Signal(stopped.Pid, StopSignal);
        await reading.WriteAsync("go\n"u8.ToArray());
        Assert.True(await ReadUntilAsync(reading, "\r\n3000000\r\n"));
        OwnedProcesses.Signal(stopped.Pid, ContinueSignal);
        Assert.Equal(75, (await stopped.EndAsync()).ExitCode);

        request = daemon.Shell("again", "seq 1 3000000");
        request.Overflow = OverflowPolicy.OverflowPause;
        request.RingBytes = 1 << 18;
        await owner.CreateAsync(request);
        // It reads nothing until its buffers, the socket and the ring are full, and the program stands.
        await using var slow = await owner.AttachAsync(new AttachRequest { Session = "again", Start = true, As = AttachAs.AsOwner });
        ulong head;
        do
            head = (await watcher.InspectAsync("again")).Head;
        while (head < 1 << 18);
        Assert.True(await ReadUntilAsync(slow, "\r\n3000000\r\n"));
        Assert.Equal(0u, Assert.Single((await watcher.InspectAsync("again")).Attached).Gaps);
    }

    /// <summary>Reads to the text; false where a byte was missing on the way.</summary>
    private static async Task<bool> ReadUntilAsync(SessionAttachment session, string text)
    {
        using var patience = new CancellationTokenSource(DaemonProcess.Deadline);
        var wanted = System.Text.Encoding.ASCII.GetBytes(text);
        var tail = new byte[64];
        var kept = 0;
        var whole = true;
        while (true)
        {
            var next = await session.ReadAsync(patience.Token);
            whole &= next.Kind != SessionEventKind.Gap;
            Assert.NotEqual(SessionEventKind.End, next.Kind);
            if (next.Kind != SessionEventKind.Output)
                continue;
            byte[] seen = [.. tail.AsSpan(0, kept), .. next.Data.Span];
            if (seen.AsSpan().IndexOf(wanted) >= 0)
                return whole;
            kept = Math.Min(tail.Length, seen.Length);
            seen.AsSpan(seen.Length - kept).CopyTo(tail);
        }
    }

    private static long AnonymousBytes(int pid)
    {
        var line = File.ReadLines($"/proc/{pid}/status").First(l => l.StartsWith("RssAnon:", StringComparison.Ordinal));
        return long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) * 1024;
    }
}
