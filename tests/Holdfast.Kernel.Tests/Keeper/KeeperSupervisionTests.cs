using Holdfast.Linux;
using Holdfast.Linux.Files;
using Holdfast.Linux.Keeping;
using Holdfast.Linux.Processes;
using Holdfast.Linux.Sockets;
using Holdfast.Protocol.V1;
using Xunit;

namespace Holdfast.Kernel.Tests.Keeper;

/// <summary>When the keeper starts a daemon, when it does not, and when it kills one.</summary>
public sealed class KeeperSupervisionTests
{
    private const string NoRestartInThisTest = "HOLDFAST_RESTART_DELAYS_MS=600000";

    [Fact]
    public void A_daemon_that_always_crashes_is_given_up_and_nothing_is_left_behind()
    {
        using var keeper = RunningKeeper.StartWithDaemon("echo x >> $HOLDFAST_TEST_DIR/starts; exit 3", "HOLDFAST_RESTART_DELAYS_MS=0,1");
        Assert.Equal(1, keeper.AwaitEnd().Code);
        Assert.Equal(6, File.ReadAllLines(Path.Combine(keeper.TestDirectory, "starts")).Length);
        Assert.Contains(" error giving-up ", keeper.Log(), StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(keeper.RuntimeDirectory));
        Assert.False(File.Exists(keeper.EndpointFile));
    }

    [Fact]
    public void With_a_living_program_the_keeper_never_gives_up()
    {
        using var keeper = RunningKeeper.Start("HOLDFAST_RESTART_DELAYS_MS=0");
        var daemon = keeper.NextReadyDaemon();
        daemon.StartShell("s", "read x");
        for (var i = 0; i < 7; i++)
        {
            daemon.Kill();
            daemon = keeper.NextDaemon();
        }
        Assert.Equal(ControlFlags.Process, daemon.Begin()["s"].Message.Flags);
    }

    [Fact]
    public void Clients_of_a_daemon_that_cannot_start_are_told()
    {
        using var keeper = RunningKeeper.StartWithDaemon("exit 3", "HOLDFAST_RESTART_DELAYS_MS=0,0,0,0,600000");
        FileWatch.Await(keeper.SocketPath, File.Exists);
        var connection = keeper.Connect();
        keeper.WaitFor(connection, "the refusal");
        var bytes = new byte[1024];
        var count = UnixSocket.Receive(connection, bytes).Count;

        Assert.Equal(count - 4, System.Buffers.Binary.BinaryPrimitives.ReadInt32BigEndian(bytes));
        Assert.Equal(1, bytes[4]);
        var envelope = Envelope.Parser.ParseFrom(bytes, 5, count - 5);
        Assert.Equal(0ul, envelope.RequestId);
        Assert.Equal(ErrorCode.DaemonUnavailable, envelope.Error.Code);
        Assert.NotEmpty(envelope.Error.Message);
        Assert.NotEmpty(envelope.Error.Hint);
    }

    [Fact]
    public void A_connection_starts_a_proven_daemon_at_once_in_spite_of_the_ladder()
    {
        using var keeper = RunningKeeper.Start("HOLDFAST_TICK_MS=100", NoRestartInThisTest);
        var first = keeper.NextReadyDaemon();
        // It served for more than a second: an end is repeated with every tick.
        first.StartShell("s", "exit 0");
        for (var i = 0; i < 13; i++)
            first.Next(ControlKind.Exited);
        first.Kill();
        keeper.Connect();
        Assert.Equal(1, keeper.NextReadyDaemon().Welcome!.Value);
    }

    [Fact]
    public void A_daemon_that_keeps_its_sessions_is_started_by_the_next_connection_only()
    {
        using var keeper = RunningKeeper.Start("HOLDFAST_TICK_MS=20");
        var first = keeper.NextReadyDaemon();
        first.Ask(new(ControlKind.Stop) { Value = (int)StopKind.KeepSessions });
        first.Exit(0);
        keeper.AwaitLog("daemon-ended");
        Assert.False(keeper.DaemonWasStarted());
        keeper.Connect();
        var second = keeper.NextReadyDaemon();
        Assert.Equal(0, second.Welcome!.Value);
    }

    [Fact]
    public void A_restart_asked_for_is_not_a_crash()
    {
        using var keeper = RunningKeeper.Start(NoRestartInThisTest);
        var first = keeper.NextReadyDaemon();
        first.Ask(new(ControlKind.Stop) { Value = (int)StopKind.Restart });
        first.Exit(0);
        Assert.Equal(0, keeper.NextReadyDaemon().Welcome!.Value);
    }

    [Fact]
    public void What_a_daemon_said_before_it_was_killed_counts()
    {
        using var keeper = RunningKeeper.Start(NoRestartInThisTest);
        var first = keeper.NextReadyDaemon();
        keeper.Process.Send(Signals.Stop);
        first.Send(new(ControlKind.Stop) { Value = (int)StopKind.Restart });
        first.Kill();
        keeper.Process.Send(Signals.Continue);
        Assert.Equal(0, keeper.NextReadyDaemon().Welcome!.Value);
    }

    [Fact]
    public void When_nothing_is_left_the_keeper_leaves_too()
    {
        using var keeper = RunningKeeper.Start();
        var daemon = keeper.NextReadyDaemon();
        daemon.Ask(new(ControlKind.Stop) { Value = (int)StopKind.Everything });
        daemon.Exit(0);
        Assert.Equal(0, keeper.AwaitEnd().Code);
        Assert.Empty(Directory.GetFileSystemEntries(keeper.RuntimeDirectory));
        Assert.False(File.Exists(keeper.EndpointFile));
    }

    [Fact]
    public void Told_to_end_it_lets_the_daemon_end_the_sessions()
    {
        using var keeper = RunningKeeper.Start();
        var daemon = keeper.NextReadyDaemon();
        keeper.Process.Send(Signals.Term);
        daemon.Next(ControlKind.Terminate);
        daemon.Ask(new(ControlKind.Stop) { Value = (int)StopKind.Everything });
        daemon.Exit(0);
        Assert.Equal(0, keeper.AwaitEnd().Code);
    }

    [Fact]
    public void Told_to_end_without_a_daemon_it_ends_the_sessions_itself()
    {
        using var keeper = RunningKeeper.Start(NoRestartInThisTest);
        var daemon = keeper.NextReadyDaemon();
        var (_, master) = daemon.StartShell("s", $"trap 'echo ended > {keeper.TestDirectory}/ended; exit' HUP; echo up; while :; do read x; done");
        Files.ReadUntil(master, "up");
        daemon.Kill();
        keeper.AwaitLog("daemon-ended");
        keeper.Process.Send(Signals.Term);
        Assert.Equal(0, keeper.AwaitEnd().Code);
        Assert.True(File.Exists(Path.Combine(keeper.TestDirectory, "ended")));
    }

    [Fact]
    public void A_daemon_that_does_not_beat_is_killed_once_the_right_to_do_so_is_won()
    {
        using var keeper = RunningKeeper.Start("HOLDFAST_TICK_MS=20", "HOLDFAST_STALE_TICKS=5");
        var first = keeper.NextDaemon();
        using var page = BeatPage.Adopt(first.Begin()["@beats"].Descriptors[0].Duplicate());
        // The daemon won: it finds the keeper hanging, and must not be killed meanwhile.
        Assert.True(page.TryClaimKill(first.Pid));
        first.Ask(new(ControlKind.Ready));
        first.StartShell("s", "exit 0");
        for (var i = 0; i < 20; i++)
            first.Next(ControlKind.Exited);
        Assert.True(page.KeeperBeat >= 19);
        Assert.DoesNotContain("daemon-hangs", keeper.Log(), StringComparison.Ordinal);

        page.ReleaseKill();

        var second = keeper.NextDaemon();
        Assert.Equal(1, Restarts(second));
        Assert.Contains($"daemon-hangs pid={first.Pid}", keeper.Log(), StringComparison.Ordinal);
        Assert.True(page.TryClaimKill(1));
    }

    private static int Restarts(StandIn daemon)
    {
        daemon.Begin();
        return daemon.Welcome!.Value;
    }
}
