using System.Text;
using System.Text.Json;
using Holdfast.Linux;
using Holdfast.Linux.Files;
using Holdfast.Linux.Keeping;
using Holdfast.Linux.Memory;
using Holdfast.Linux.Sockets;
using Xunit;

namespace Holdfast.Kernel.Tests.Keeper;

/// <summary>What the keeper keeps for a daemon, and that it outlives one.</summary>
public sealed class KeeperStoreTests
{
    [Fact]
    public void A_new_daemon_gets_socket_lock_and_beats()
    {
        using var keeper = RunningKeeper.Start();
        var daemon = keeper.NextDaemon();
        var entries = daemon.Begin();

        Assert.Equal(keeper.Pid, daemon.Welcome!.Pid);
        Assert.Equal(0, daemon.Welcome.Value);
        Assert.Equal(["@beats", "@listen", "@lock"], entries.Keys.Order());
        keeper.Connect();
        Assert.Equal(Errno.None, UnixSocket.TryAccept(entries["@listen"].Descriptors[0], out var accepted));
        accepted!.Dispose();
        Assert.Equal(BeatPage.Bytes, FileSystem.Stat(entries["@beats"].Descriptors[0]).Size);
    }

    [Fact]
    public void The_socket_is_the_owners_alone_and_reachable_by_the_endpoint_record_too()
    {
        using var keeper = RunningKeeper.Start();
        keeper.NextDaemon();

        Assert.Equal(Errno.None, FileSystem.TryStat(keeper.SocketPath, out var socket));
        Assert.Equal(Errno.None, FileSystem.TryStat(keeper.SocketPath + ".keep", out var keep));
        Assert.True(socket.IsSocket && socket.SameFile(keep));
        Assert.Equal(0x180, socket.Permissions);
        using var endpoint = JsonDocument.Parse(File.ReadAllText(keeper.EndpointFile));
        var record = endpoint.RootElement;
        Assert.Equal(keeper.Pid, record.GetProperty("keeper_pid").GetInt32());
        Assert.Equal(keeper.SocketPath, record.GetProperty("socket").GetString());
        Assert.True(record.GetProperty("keeper_start_time").GetUInt64() > 0);
        var path = $"/proc/{keeper.Pid}/fd/{record.GetProperty("socket_fd").GetInt32()}";
        Assert.Equal(Errno.None, UnixSocket.TryConnect(path, out var connection));
        connection!.Dispose();
    }

    [Fact]
    public void Entries_outlive_a_killed_daemon()
    {
        using var keeper = RunningKeeper.Start();
        var first = keeper.NextReadyDaemon();
        using (var ring = MemoryFile.FromBytes("ring", "content"u8))
            Assert.Equal(Errno.None, first.AskError(new(ControlKind.Store) { Name = "s", Note = "old"u8.ToArray() }, ring));
        Assert.Equal(Errno.None, first.AskError(new(ControlKind.Note) { Name = "s", Note = "new"u8.ToArray() }));

        first.Kill();

        var second = keeper.NextDaemon();
        var entry = second.Begin()["s"];
        Assert.Equal("new", Encoding.UTF8.GetString(entry.Message.Note.Span));
        Assert.Equal("content", Encoding.UTF8.GetString(MemoryFile.ReadAll(entry.Descriptors[0])));
        Assert.Equal(1, second.Welcome!.Value);
        Assert.True(second.Epoch > first.Epoch);
    }

    [Fact]
    public void A_message_of_a_former_epoch_is_refused()
    {
        using var keeper = RunningKeeper.Start();
        var daemon = keeper.NextReadyDaemon();
        daemon.Epoch--;
        Assert.Equal(Errno.ESRCH, daemon.AskError(new(ControlKind.Store) { Name = "s" }));
        daemon.Epoch++;
        Assert.Equal(Errno.ENOENT, daemon.AskError(new(ControlKind.Note) { Name = "s" }));
    }

    [Fact]
    public void Removing_closes_the_last_descriptor()
    {
        using var keeper = RunningKeeper.Start();
        var daemon = keeper.NextReadyDaemon();
        var pipe = TransferPipe.Create();
        using var read = pipe.ReadEnd;
        Assert.Equal(Errno.None, daemon.AskError(new(ControlKind.Store) { Name = "s" }, pipe.WriteEnd));
        pipe.WriteEnd.Dispose();
        Assert.Equal(0u, (uint)Await.Now(read));

        Assert.Equal(Errno.None, daemon.AskError(new(ControlKind.Remove) { Name = "s" }));

        Assert.True((Await.Ready(read) & Holdfast.Linux.Events.Readiness.HangUp) != 0);
        Assert.Equal(Errno.ENOENT, daemon.AskError(new(ControlKind.Remove) { Name = "s" }));
    }

    [Fact]
    public void What_the_keeper_lives_by_cannot_be_taken_away()
    {
        using var keeper = RunningKeeper.Start();
        var daemon = keeper.NextReadyDaemon();
        Assert.Equal(Errno.EPERM, daemon.AskError(new(ControlKind.Remove) { Name = "@lock" }));
        Assert.Equal(Errno.EPERM, daemon.AskError(new(ControlKind.Store) { Name = "@listen" }));
        Assert.Equal(Errno.ENOSYS, daemon.AskError(new((ControlKind)999)));
    }

    [Fact]
    public void More_entries_than_a_socket_holds_messages_are_all_fetched()
    {
        using var keeper = RunningKeeper.Start();
        var first = keeper.NextReadyDaemon();
        using var ring = MemoryFile.FromBytes("ring", "x"u8);
        for (var i = 0; i < 600; i++)
            Assert.Equal(Errno.None, first.AskError(new(ControlKind.Store) { Name = $"s{i}" }, ring));
        first.Kill();
        Assert.Equal(603, keeper.NextDaemon().Begin().Count);
    }
}
