using Holdfast.Linux;
using Holdfast.Linux.Files;
using Holdfast.Linux.Keeping;
using Holdfast.Linux.Memory;
using Holdfast.Linux.Processes;
using Holdfast.Linux.Sockets;
using Xunit;

namespace Holdfast.Kernel.Tests.Keeper;

/// <summary>A new keeper under a daemon that lives on.</summary>
public sealed class KeeperTakeoverTests
{
    [Fact]
    public void A_new_keeper_goes_on_with_everything_the_daemon_held()
    {
        using var keeper = RunningKeeper.StartTakeover();
        // The daemon is a process of its own, so that it can die.
        using var body = Child.Shell("exec sleep 1000");
        using var session = Child.Shell("exec sleep 1000");
        var daemon = new StandIn(keeper, body.Pid, keeper.Control!, null) { Epoch = 41 };
        FileTheOwn(keeper, daemon, body);
        using (var ring = MemoryFile.FromBytes("ring", "x"u8))
        {
            var store = new ControlMessage(ControlKind.Store) { Name = "s", Flags = ControlFlags.Process, Pid = session.Pid };
            Assert.Equal(Errno.None, daemon.AskError(store, ring, session.Process.Fd));
            // A daemon may still hold the pidfd of a process whose end it has recorded.
            var flags = ControlFlags.Process | ControlFlags.Exited | ControlFlags.Recorded;
            var ended = new ControlMessage(ControlKind.Store) { Name = "old", Flags = flags, Pid = session.Pid, Value = 4 << 8 };
            Assert.Equal(Errno.None, daemon.AskError(ended, ring, session.Process.Fd));
        }
        daemon.Send(new(ControlKind.Adopted));
        var welcome = daemon.Next(ControlKind.Welcome).Message;
        Assert.Equal(keeper.Pid, welcome.Pid);
        Assert.Equal(41u, welcome.Epoch);
        Assert.True(File.Exists(keeper.EndpointFile));
        var next = daemon.Epoch + 1;

        // Not its child: the status is read from the zombie, or by pidfd after it was reaped.
        Assert.Equal(Errno.None, daemon.AskError(new(ControlKind.Signal) { Name = "s", Value = Signals.Term }));
        Assert.Equal(Signals.Term, daemon.Next(ControlKind.Exited).Message.Value);

        body.Process.Send(Signals.Kill);
        var second = keeper.NextDaemon();
        var entries = second.Begin();
        Assert.Equal(next, second.Epoch);
        Assert.Equal(["@beats", "@listen", "@lock", "old", "s"], entries.Keys.Order());
        Assert.Equal((ControlFlags.Exited | ControlFlags.Recorded, 4 << 8), (entries["old"].Message.Flags, entries["old"].Message.Value));
        Assert.Equal((ControlFlags.Exited | ControlFlags.Process, Signals.Term), (entries["s"].Message.Flags, entries["s"].Message.Value));
        keeper.Connect();
    }

    [Fact]
    public void A_daemon_that_dies_in_the_middle_leaves_what_it_had_filed_to_the_next()
    {
        using var keeper = RunningKeeper.StartTakeover();
        using var body = Child.Shell("exec sleep 1000");
        var daemon = new StandIn(keeper, body.Pid, keeper.Control!, null);
        FileTheOwn(keeper, daemon, body);
        body.Process.Send(Signals.Kill);
        Assert.Equal(["@beats", "@listen", "@lock"], keeper.NextDaemon().Begin().Keys.Order());
    }

    [Fact]
    public void Without_the_lock_a_takeover_ends()
    {
        using var keeper = RunningKeeper.StartTakeover();
        using var body = Child.Shell("exec sleep 1000");
        var daemon = new StandIn(keeper, body.Pid, keeper.Control!, null);
        daemon.Ask(new(ControlKind.Adopt) { Pid = body.Pid }, body.Process.Fd);
        daemon.Send(new(ControlKind.Adopted));
        Assert.Equal(1, keeper.AwaitEnd().Code);
        Assert.Contains("missing=@lock", keeper.Log(), StringComparison.Ordinal);
    }

    // The just-in-time runtime raises the limit before Main: a first keeper could not be started with another one here.
    [Theory]
    [InlineData(600)] // inherited
    [InlineData(40)]  // too near to the keeper's own descriptors to be lowered: set afterwards
    public void Programs_see_the_descriptor_limit_of_the_first_starter(int limit)
    {
        using var keeper = RunningKeeper.StartTakeover($"HOLDFAST_ORIGINAL_NOFILE={limit}");
        using var body = Child.Shell("exec sleep 1000");
        var daemon = new StandIn(keeper, body.Pid, keeper.Control!, null);
        FileTheOwn(keeper, daemon, body);
        daemon.Send(new(ControlKind.Adopted));
        daemon.Epoch = daemon.Next(ControlKind.Welcome).Message.Epoch;
        var (_, master) = daemon.StartShell("s", "read x; ulimit -Sn; echo end; read x");
        master.Write("\n"u8);
        Assert.Equal($"{limit} end", Files.ReadUntil(master, "end").ReplaceLineEndings(" ").Trim());
    }

    private static void FileTheOwn(RunningKeeper keeper, StandIn daemon, Child body)
    {
        daemon.Ask(new(ControlKind.Adopt) { Pid = body.Pid }, body.Process.Fd);
        using var identityLock = FileSystem.Open(Path.Combine(keeper.StateDirectory, "lock"), OpenFlags.ReadWrite | OpenFlags.Create, 0x180);
        using var listener = UnixSocket.Listen(keeper.SocketPath, 16);
        using var page = BeatPage.Create();
        Assert.Equal(Errno.None, daemon.AskError(new(ControlKind.Store) { Name = "@lock" }, identityLock));
        Assert.Equal(Errno.None, daemon.AskError(new(ControlKind.Store) { Name = "@listen" }, listener));
        Assert.Equal(Errno.None, daemon.AskError(new(ControlKind.Store) { Name = "@beats" }, page.Fd));
    }
}
