using System.Diagnostics;
using System.Globalization;
using Holdfast.Client;
using Holdfast.EndToEnd.Tests.Connections;
using Holdfast.Protocol.V1;
using Holdfast.TestKit;

namespace Holdfast.EndToEnd.Tests.Flow;

/// <summary>A subscriber gets output as fast as it acknowledges it, is told so, and is nobody else's trouble.</summary>
public sealed class FlowTests
{
    // CLK_TCK, on Linux everywhere.
    private const int TicksPerSecond = 100;

    // An echo of each line, and a flood on demand.
    private const string Script = "stty -echo; while read line; do case $line in flood) seq 1 200000;; *) echo $line;; esac; done";

    [Fact]
    public async Task Levels_are_told_exactly_when_they_change()
    {
        await using var daemon = SmallDaemon();
        await using var client = await daemon.ConnectAsync();
        var session = await client.CreateAsync(daemon.Shell("work", Script));
        using var peer = await AttachedAsync(daemon, "work", acks: true);
        var told = new List<(ulong, FlowLevel)>();
        ulong sent = 0;
        for (var i = 1; i <= 9; i++)
        {
            await peer.InputAsync(session.Number, sent, "x\n");
            sent += 2;
            while (peer.OutputFrames < i)
                Note(told, await peer.ReceiveAnyAsync());
        }
        long[] acks = [1, 1, 3, 0, long.MaxValue];
        for (var i = 0; i < acks.Length; i++)
            await AskAsync(peer, told, new Envelope { RequestId = 10 + (ulong)i, Ack = new AckRequest { Session = session.Number, Count = acks[i] } });
        Assert.Equal([(4, FlowLevel.FlowYellow), (8, FlowLevel.FlowRed), (7, FlowLevel.FlowYellow), (0, FlowLevel.FlowGreen)], told);
        var status = await client.StatusAsync();
        Assert.Equal((4UL, 9UL), (status.Flow.Warnings, status.Flow.AckedFrames));
    }

    [Fact]
    public async Task Held_back_bytes_are_joined_into_few_frames_and_none_is_lost()
    {
        await using var daemon = SmallDaemon(("HOLDFAST_FLOW_RED_INTERVAL_MS", "50"));
        await using var client = await daemon.ConnectAsync();
        var session = await client.CreateAsync(daemon.Shell("work", Script));
        using var peer = await AttachedAsync(daemon, "work", acks: true);
        await using var other = await Transcript.OfAsync(client, "work");
        var said = new MemoryStream();
        peer.OutputReceived = (_, offset, data) =>
        {
            Assert.Equal((ulong)said.Length, offset);
            said.Write(data);
        };
        var begun = Stopwatch.GetTimestamp();
        await peer.InputAsync(session.Number, 0, "flood\n");
        await other.UntilAsync("\r\n200000\r\n");
        var total = other.Bytes.Length;
        while (said.Length < total)
            await peer.ReceiveAnyAsync();
        Assert.Equal(other.Bytes, said.ToArray());
        // Eight at once or each 10 ms, then one each 50 ms.
        Assert.InRange(peer.OutputFrames, 8, 9 + (Stopwatch.GetElapsedTime(begun).TotalMilliseconds / 50) + 4);
    }

    [Theory]
    [InlineData("HOLDFAST_FLOW_AUTO_DISCONNECT", "true", ErrorCode.ClientTooSlow)]
    [InlineData("HOLDFAST_FLOW_HARD_LIMIT", "8", ErrorCode.LimitPending)]
    [InlineData("HOLDFAST_FLOW_CLIENT_LIMIT", "6", ErrorCode.LimitPending)]
    public async Task Who_is_too_far_behind_is_disconnected_with_a_code_and_nobody_else_notices(string variable, string value, ErrorCode code)
    {
        await using var daemon = SmallDaemon((variable, value));
        await using var client = await daemon.ConnectAsync();
        var session = await client.CreateAsync(daemon.Shell("work", Script));
        await using var otherClient = await HoldfastClient.ConnectAsync(new HoldfastClientOptions { Paths = daemon.Paths, Acknowledges = false });
        await using var other = await Transcript.OfAsync(otherClient, "work");
        using var peer = await AttachedAsync(daemon, "work", acks: true);
        await peer.InputAsync(session.Number, 0, "a\nb\nc\nd\ne\nf\ng\nh\nflood\n");
        Envelope? last;
        do
            last = await peer.ReceiveAsync();
        while (last is { Error: null });
        Assert.Equal(code, last?.Error.Code);
        await other.UntilAsync("\r\n200000\r\n");
        var status = await client.StatusAsync();
        Assert.Equal((1UL, 0u), (status.Flow.Disconnected, status.Gaps));
    }

    [Fact]
    public async Task Who_is_refused_and_stays_costs_no_processor_time()
    {
        await using var daemon = SmallDaemon(("HOLDFAST_FLOW_HARD_LIMIT", "8"));
        await using var client = await daemon.ConnectAsync();
        var session = await client.CreateAsync(daemon.Shell("work", "stty raw -echo; echo ready; exec cat"));
        await client.CreateAsync(daemon.Shell("second", "exec sleep 1000"));
        var pid = (await client.StatusAsync()).DaemonPid;
        var descriptors = HostilePeerTests.Descriptors(pid);
        using var peer = await AttachedAsync(daemon, "work", acks: true);
        Assert.NotNull((await peer.AskAsync(new Envelope { RequestId = 3, Attach = new AttachRequest { Session = "second", Start = true } })).AttachAnswer);
        Envelope? last = null;
        for (var typed = 0UL; last is not { Error: not null };)
        {
            // After each frame of output the next key.
            if (last is null)
                await peer.InputAsync(session.Number, typed++, "x");
            last = await peer.ReceiveAnyAsync();
        }

        Assert.Equal(ErrorCode.LimitPending, last.Error.Code);
        var (begun, before) = (Stopwatch.GetTimestamp(), ProcessorTicks(pid));
        while (HostilePeerTests.Descriptors(pid) > descriptors)
            await Task.Yield();
        var most = Stopwatch.GetElapsedTime(begun).TotalSeconds * TicksPerSecond / 2;
        Assert.InRange(ProcessorTicks(pid) - before, 0, Math.Max(most, 10));
    }

    [Fact]
    public async Task Wrong_acknowledgements_are_refused_or_count_as_all_and_a_storm_of_them_harms_nobody()
    {
        await using var daemon = SmallDaemon();
        await using var client = await daemon.ConnectAsync();
        var own = await client.CreateAsync(daemon.Shell("own", Script));
        var foreign = await client.CreateAsync(daemon.Shell("foreign", Script));
        using var peer = await AttachedAsync(daemon, "own", acks: true);
        await RefusedAsync(peer, own.Number, -1, ErrorCode.AckInvalid);
        await RefusedAsync(peer, own.Number, long.MinValue, ErrorCode.AckInvalid);
        await RefusedAsync(peer, foreign.Number, 1, ErrorCode.NotAttached);
        await RefusedAsync(peer, 0, 1, ErrorCode.SessionGone);
        var storm = RawPeer.FrameOf(new Envelope { Ack = new AckRequest { Session = own.Number, Count = long.MaxValue } })
            .Concat(RawPeer.FrameOf(new Envelope { Ack = new AckRequest { Session = foreign.Number, Count = -5 } })).ToArray();
        for (var i = 0; i < 20; i++)
            await peer.SendAsync(Enumerable.Repeat(storm, 1000).SelectMany(b => b).ToArray());
        var answer = await peer.AskAsync(new Envelope { RequestId = 99, Ack = new AckRequest { Session = own.Number, Count = 1 } });
        Assert.Equal((0UL, FlowLevel.FlowGreen), (answer.AckAnswer.Pending, answer.AckAnswer.Level));
        Assert.Equal(0UL, (await client.StatusAsync()).Flow.PendingFrames);
    }

    [Fact]
    public async Task A_control_connection_acknowledges_for_the_stream_of_its_client()
    {
        await using var daemon = SmallDaemon();
        await using var client = await daemon.ConnectAsync();
        var session = await client.CreateAsync(daemon.Shell("work", Script));
        using var control = await RawPeer.GreetedAsync(daemon, clientId: "both");
        using var stream = await RawPeer.GreetedAsync(daemon, Role.Stream, "both");
        using var stranger = await RawPeer.GreetedAsync(daemon, clientId: "stranger");
        await control.AskAsync(new Envelope { RequestId = 2, Attach = new AttachRequest { Session = "work", NoOutput = true, As = AttachAs.AsOwner } });
        await stream.AskAsync(new Envelope { RequestId = 2, Attach = new AttachRequest { Session = "work", Now = true, Acks = true } });
        await control.InputAsync(session.Number, 0, "x\n");
        while (stream.OutputFrames == 0)
            await stream.ReceiveAnyAsync();
        Assert.Equal(1UL, Assert.Single((await client.InspectAsync("work")).Attached, a => a.Stream).Pending);
        await RefusedAsync(stranger, session.Number, 1, ErrorCode.NotAttached);
        var answer = await control.AskAsync(new Envelope { RequestId = 3, Ack = new AckRequest { Session = session.Number, Count = 1 } });
        Assert.Equal(0UL, answer.AckAnswer.Pending);
    }

    [Fact]
    public async Task An_echo_waits_behind_about_one_frame_of_a_session_that_floods_the_same_connection()
    {
        await using var daemon = new DaemonProcess();
        await using var client = await daemon.ConnectAsync();
        var flood = await client.CreateAsync(daemon.Shell("flood", "exec cat /dev/zero"));
        var echo = await client.CreateAsync(daemon.Shell("echo", Script));
        using var peer = await RawPeer.GreetedAsync(daemon);
        foreach (var name in (string[])["flood", "echo"])
            await peer.AskAsync(new Envelope { RequestId = 2, Attach = new AttachRequest { Session = name, Now = true } });
        for (var round = 0; round < 20; round++)
        {
            await peer.InputAsync(echo.Number, 2 * (ulong)round, "x\n");
            // The echo is in its ring; this peer has read nothing meanwhile, so the flood fills whatever can be filled.
            while ((await client.InspectAsync("echo")).Head < 3 * ((ulong)round + 1))
                Assert.Equal(SessionState.Running, (await client.InspectAsync("flood")).State);
            var before = peer.OutputBytes.GetValueOrDefault(flood.Number);
            while (peer.OutputBytes.GetValueOrDefault(echo.Number) < 3 * (round + 1))
                await peer.ReceiveAnyAsync();
            // One frame of 64 KiB, what the socket counts as nearly empty, and what a read takes at once.
            Assert.InRange(peer.OutputBytes.GetValueOrDefault(flood.Number) - before, 0, 320 * 1024);
        }
    }

    [Fact]
    public async Task The_sdk_acknowledges_by_itself_and_stays_green()
    {
        await using var daemon = SmallDaemon(("HOLDFAST_FLOW_YELLOW_THRESHOLD", "300"), ("HOLDFAST_FLOW_RED_THRESHOLD", "4096"));
        await using var client = await daemon.ConnectAsync();
        await client.CreateAsync(daemon.Shell("work", Script));
        await using var seen = await Transcript.OfAsync(client, "work");
        for (var i = 0; i < 400; i++)
        {
            await seen.TypeAsync($"line {i}\n");
            await seen.UntilAsync($"line {i}\r\n");
        }
        var status = await client.StatusAsync();
        Assert.Equal(0UL, status.Flow.Warnings);
        Assert.InRange(status.Flow.AckedFrames, 300UL, status.Flow.SentFrames);
        Assert.InRange(Assert.Single((await client.InspectAsync("work")).Attached).Pending, 0UL, 100UL);
    }

    [Fact]
    public async Task A_configuration_that_makes_no_policy_is_refused_at_start_and_by_the_check()
    {
        await using var daemon = new DaemonProcess(("HOLDFAST_FLOW_YELLOW_THRESHOLD", "5000"));
        string[][] commands = [["config", "check"], ["daemon", "start"]];
        foreach (var command in commands)
        {
            var refused = await daemon.CliAsync(command);
            Assert.NotEqual(0, refused.ExitCode);
            Assert.Contains("flow_yellow_threshold is 5000 and flow_red_threshold is 4096", refused.Error, StringComparison.Ordinal);
        }
        daemon.Variables.Remove("HOLDFAST_FLOW_YELLOW_THRESHOLD");
        daemon.Variables["HOLDFAST_FLOW_YELLOW_INTERVAL_MS"] = "200";
        Assert.Contains("warning: flow_yellow_interval_ms is 200", (await daemon.CliAsync("config", "check")).Succeeded().Error, StringComparison.Ordinal);
        (await daemon.CliAsync("daemon", "start")).Succeeded();
        Assert.Contains("flow_yellow_interval_ms is 200", daemon.DaemonLog, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Too_many_connections_in_a_second_are_refused_and_counted()
    {
        await using var daemon = new DaemonProcess(("HOLDFAST_MAX_CONNECTION_RATE", "40"));
        await using var client = await daemon.ConnectAsync();
        var refused = 0;
        for (var i = 0; i < 100; i++)
        {
            using var peer = await RawPeer.ConnectAsync(daemon);
            await peer.SendAsync(RawPeer.Greeting(daemon));
            if (await peer.ReceiveAsync() is { Error.Code: ErrorCode.LimitConnectionRate })
                refused++;
        }
        Assert.InRange(refused, 1, 99);
        var limit = Assert.Single((await client.StatusAsync()).Limits, l => l.Name == "max_connection_rate");
        Assert.Equal(((ulong)refused, 40UL, "LIMIT_CONNECTION_RATE"), (limit.Refused, limit.Limit, limit.Code));
        // A client of ours waits and comes in.
        await using var patient = await daemon.ConnectOnlyAsync();
    }

    [Fact]
    public async Task A_frame_beyond_the_configured_size_is_refused_and_counted()
    {
        await using var daemon = new DaemonProcess(("HOLDFAST_MAX_FRAME_BYTES", "256K"));
        await using var client = await daemon.ConnectAsync();
        Assert.Equal(256u * 1024, client.Daemon.MaxFrameBytes);
        using var peer = await RawPeer.GreetedAsync(daemon);
        await peer.SendAsync(new byte[] { 0, 4, 0, 1, 1 });
        Assert.Equal(ErrorCode.FrameTooLarge, (await peer.RefusalAsync()).Code);
        Assert.Equal(1UL, Assert.Single((await client.StatusAsync()).Limits, l => l.Name == "max_frame_bytes").Refused);
    }

    // utime and stime of proc_pid_stat(5), counted behind the name, which may hold blanks.
    private static long ProcessorTicks(int pid) =>
        File.ReadAllText($"/proc/{pid}/stat").Split(") ")[^1].Split(' ')[11..13].Sum(t => long.Parse(t, CultureInfo.InvariantCulture));

    private static DaemonProcess SmallDaemon(params IReadOnlyList<(string, string)> variables) => new(
    [
        ("HOLDFAST_FLOW_YELLOW_THRESHOLD", "4"), ("HOLDFAST_FLOW_RED_THRESHOLD", "8"), ("HOLDFAST_FLOW_YELLOW_INTERVAL_MS", "5"),
        ("HOLDFAST_FLOW_RED_INTERVAL_MS", "20"), .. variables,
    ]);

    private static async Task<RawPeer> AttachedAsync(DaemonProcess daemon, string session, bool acks)
    {
        var peer = await RawPeer.GreetedAsync(daemon);
        var answer = await peer.AskAsync(new Envelope { RequestId = 2, Attach = new AttachRequest { Session = session, Start = true, Acks = acks } });
        Assert.NotNull(answer.AttachAnswer);
        return peer;
    }

    private static void Note(List<(ulong, FlowLevel)> told, Envelope? envelope)
    {
        if (envelope?.BackpressureWarning is { } warning)
            told.Add((warning.QueueSize, warning.Level));
    }

    private static async Task AskAsync(RawPeer peer, List<(ulong, FlowLevel)> told, Envelope request)
    {
        await peer.SendAsync(request);
        while (true)
        {
            var next = await peer.ReceiveAsync();
            Note(told, next);
            if (next?.RequestId == request.RequestId)
                return;
        }
    }

    private static async Task RefusedAsync(RawPeer peer, uint session, long count, ErrorCode code)
    {
        var answer = await peer.AskAsync(new Envelope { RequestId = 50, Ack = new AckRequest { Session = session, Count = count } });
        Assert.Equal(code, answer.Error?.Code);
    }
}
