using Holdfast.Linux;
using Holdfast.Linux.Files;
using Holdfast.Linux.Keeping;
using Holdfast.Linux.Sockets;
using Xunit;

namespace Holdfast.Kernel.Tests.Keeper;

/// <summary>The socket's path, whatever others do to it.</summary>
public sealed class KeeperSocketTests
{
    [Fact]
    public void A_removed_path_comes_back_on_the_same_socket()
    {
        using var keeper = RunningKeeper.Start("HOLDFAST_TICK_MS=20");
        var listener = keeper.NextDaemon().Begin()["@listen"].Descriptors[0];
        File.Delete(keeper.SocketPath);
        FileWatch.Await(keeper.SocketPath, File.Exists);
        keeper.Connect();
        Assert.Equal(Errno.None, UnixSocket.TryAccept(listener, out var accepted));
        accepted!.Dispose();
    }

    [Fact]
    public void A_removed_directory_comes_back_with_a_new_socket()
    {
        using var keeper = RunningKeeper.Start("HOLDFAST_TICK_MS=20");
        var daemon = keeper.NextReadyDaemon();
        Directory.Delete(keeper.RuntimeDirectory, recursive: true);
        var listener = daemon.Next(ControlKind.Listener).Descriptors[0];
        keeper.Connect();
        Assert.Equal(Errno.None, UnixSocket.TryAccept(listener, out var accepted));
        accepted!.Dispose();
        Assert.Equal(Errno.None, FileSystem.TryStat(keeper.RuntimeDirectory, out var directory));
        Assert.Equal(0x1C0, directory.Permissions);
        // The next daemon gets the new one too.
        daemon.Kill();
        keeper.Connect();
        Assert.Equal(Errno.None, UnixSocket.TryAccept(keeper.NextDaemon().Begin()["@listen"].Descriptors[0], out accepted));
        accepted!.Dispose();
    }

    [Fact]
    public void A_socket_of_somebody_else_that_answers_is_left_alone()
    {
        using var keeper = RunningKeeper.Start("HOLDFAST_TICK_MS=20");
        keeper.NextReadyDaemon();
        var other = Path.Combine(keeper.TestDirectory, "other");
        using var foreign = UnixSocket.Listen(other, 1024);
        Assert.Equal(Errno.None, FileSystem.Rename(other, keeper.SocketPath));
        keeper.AwaitLog("state=Foreign");
        Assert.Equal(Errno.None, FileSystem.TryStat(keeper.SocketPath, out var there));
        Assert.Equal(Errno.None, FileSystem.TryStat(keeper.SocketPath + ".keep", out var keep));
        Assert.False(there.SameFile(keep));
    }

    [Fact]
    public void A_stale_socket_is_replaced_but_not_one_that_answers()
    {
        using var keeper = RunningKeeper.Start();
        keeper.NextReadyDaemon();
        // A second keeper on the same socket refuses to start; the first goes on.
        var child = Child.OnPipe(new(keeper.Arguments[0], "/", [.. keeper.Arguments, "--lock-fd", "0"], Child.OwnEnvironment));
        using (child)
        {
            Assert.Contains("EADDRINUSE", child.ReadToEnd(), StringComparison.Ordinal);
            Assert.Equal(70, child.Reap().Code);
        }
        keeper.Connect();
    }
}
