using System.Net.Sockets;
using Holdfast.DaemonRpc.Lifecycle;
using Holdfast.Linux;
using Holdfast.Linux.Processes;
using Holdfast.Linux.Sockets;

namespace Holdfast.Kernel.Tests.Lifecycle;

public sealed class DaemonDialerTests : IDisposable
{
    // Long enough to mean "never" where the test waits for something else.
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(30);

    private readonly TemporaryDaemonPlace _place = new();

    private DaemonPaths Paths => _place.Paths;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_living_daemon_is_reached_and_bytes_pass()
    {
        using var listener = Listen();
        using var client = await DaemonDialer.ConnectAsync(Paths, start: null, Long, Cancel);
        Assert.Equal(Errno.None, UnixSocket.TryAccept(listener, out var accepted));
        using (accepted)
        {
            Assert.Equal(2, UnixSocket.Send(accepted!, "hi"u8).Count);
            var buffer = new byte[8];
            Assert.Equal(2, await client.ReceiveAsync(buffer, Cancel));
            Assert.Equal(1, UnixSocket.Send(accepted!, "!"u8).Count);
            Assert.Equal(1, client.Receive(buffer));
        }
    }

    [Fact]
    public async Task Without_a_daemon_and_without_leave_to_start_one_it_says_so_at_once()
    {
        var error = await Assert.ThrowsAsync<LifecycleException>(() => DaemonDialer.ConnectAsync(Paths, start: null, Long, Cancel));
        Assert.Equal("DAEMON_UNAVAILABLE", error.Code);
        Assert.False(Directory.Exists(Paths.RuntimeDirectory), "asking must leave nothing behind");
    }

    [Fact]
    public async Task A_dead_socket_of_a_crashed_daemon_does_not_block_a_start()
    {
        Listen().Dispose();
        Assert.True(File.Exists(Paths.Socket));
        var error = await Assert.ThrowsAsync<LifecycleException>(
            () => DaemonDialer.ConnectAsync(Paths, _place.KeeperScript("exit 1"), Long, Cancel));
        Assert.Equal("DAEMON_START_FAILED", error.Code);
    }

    [Fact]
    public async Task A_keeper_that_ends_at_once_fails_before_the_deadline_with_its_own_words()
    {
        DirectoryGuard.Ensure(Paths.LogDirectory);
        File.WriteAllText(Paths.KeeperLog, "an old line\n");
        var begun = DateTime.UtcNow;
        var error = await Assert.ThrowsAsync<LifecycleException>(
            () => DaemonDialer.ConnectAsync(Paths, _place.KeeperScript("echo out; echo the disk is on fire >&2; exit 3"), Long, Cancel));
        Assert.Equal("DAEMON_START_FAILED", error.Code);
        Assert.EndsWith("out\nthe disk is on fire", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("an old line", error.Message, StringComparison.Ordinal);
        Assert.True(DateTime.UtcNow - begun < Long / 2);
    }

    [Fact]
    public async Task A_keeper_that_cannot_be_executed_is_named()
    {
        var start = _place.KeeperScript("") with { KeeperBinary = "/nonexistent/keeper" };
        var error = await Assert.ThrowsAsync<LifecycleException>(() => DaemonDialer.ConnectAsync(Paths, start, Long, Cancel));
        Assert.Equal("DAEMON_START_FAILED", error.Code);
        Assert.Contains("/nonexistent/keeper cannot be executed (ENOENT)", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Many_callers_start_one_keeper_and_all_are_connected_when_it_listens()
    {
        var ready = new NamedPipe(_place.Root, "ready");
        var leave = new NamedPipe(_place.Root, "leave");
        // In a subshell, because a redirection of the script's own would change what it tells about itself.
        var start = _place.KeeperScript($$"""
            echo started >> {{_place.Root}}/count
            (
              echo "$@"
              readlink /proc/$$/fd/0 /proc/$$/fd/1 /proc/$$/fd/2 /proc/$$/fd/3
              ls /proc/$$/fd | tr '\n' ' '
              ps -o sid= -o pid= -p $$
            ) > {{ready.FilePath}}
            read x < {{leave.FilePath}}
            """);
        var callers = Enumerable.Range(0, 8).Select(_ => Task.Run(() => DaemonDialer.ConnectAsync(Paths, start, Long, Cancel), Cancel)).ToArray();
        var told = (await ready.ReadAsync(Cancel)).Split('\n');
        Assert.Null(IdentityLock.TryTake(Paths.LockFile));
        using (var listener = Listen())
        {
            foreach (var socket in await Task.WhenAll(callers))
                socket.Dispose();
        }
        await leave.WriteAsync("go\n", Cancel);

        Assert.Equal("started\n", File.ReadAllText(Path.Combine(_place.Root, "count")));
        Assert.Equal(
            $"--runtime {Paths.RuntimeDirectory} --state {Paths.StateDirectory} --endpoint {Paths.EndpointFile} --socket {Paths.Socket} " +
            "--daemon /nonexistent/daemon --lock-fd 3",
            told[0]);
        Assert.Equal(["/dev/null", Paths.KeeperLog, Paths.KeeperLog, Paths.LockFile], told[1..5]);
        // 10 is the shell's own descriptor of its script.
        Assert.Equal(["0", "1", "10", "2", "3"], told[5].Split(' ', StringSplitOptions.RemoveEmptyEntries)[..5]);
        var identity = told[5].Split(' ', StringSplitOptions.RemoveEmptyEntries)[5..];
        Assert.Equal(identity[0], identity[1]);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Paths.KeeperLog));
    }

    [Fact]
    public async Task A_removed_runtime_directory_is_bridged_by_the_endpoint_record()
    {
        using var listener = Listen();
        // As the keeper does it: a descriptor of the socket's file keeps it reachable without any name.
        using var pinned = Linux.Files.FileSystem.Open(Paths.Socket, OpenFlags.PathOnly);
        WriteEndpoint(pinned, StartTimeOfThisProcess());
        Directory.Delete(Paths.RuntimeDirectory, recursive: true);
        using var client = await DaemonDialer.ConnectAsync(Paths, start: null, Long, Cancel);
        Assert.Equal(Errno.None, UnixSocket.TryAccept(listener, out var accepted));
        accepted!.Dispose();
    }

    [Fact]
    public async Task An_endpoint_record_of_a_recycled_pid_is_not_believed()
    {
        using var listener = Listen();
        using var pinned = Linux.Files.FileSystem.Open(Paths.Socket, OpenFlags.PathOnly);
        WriteEndpoint(pinned, StartTimeOfThisProcess() - 1);
        Directory.Delete(Paths.RuntimeDirectory, recursive: true);
        var error = await Assert.ThrowsAsync<LifecycleException>(() => DaemonDialer.ConnectAsync(Paths, start: null, Long, Cancel));
        Assert.Equal("DAEMON_UNAVAILABLE", error.Code);
    }

    [Fact]
    public async Task A_full_backlog_is_waited_for_within_the_deadline()
    {
        using var listener = Listen(backlog: 0);
        using var first = await DaemonDialer.ConnectAsync(Paths, start: null, Long, Cancel);
        var refused = await Assert.ThrowsAsync<LifecycleException>(
            () => DaemonDialer.ConnectAsync(Paths, start: null, TimeSpan.FromMilliseconds(50), Cancel));
        Assert.Equal("DAEMON_UNAVAILABLE", refused.Code);
        var waiting = DaemonDialer.ConnectAsync(Paths, start: null, Long, Cancel);
        Assert.False(waiting.IsCompleted);
        Assert.Equal(Errno.None, UnixSocket.TryAccept(listener, out var accepted));
        accepted!.Dispose();
        (await waiting).Dispose();
    }

    public void Dispose() => _place.Dispose();

    private static ulong StartTimeOfThisProcess()
    {
        Assert.True(ProcessFacts.TryRead(Environment.ProcessId, out var facts));
        return facts.StartTime;
    }

    private Fd Listen(int backlog = 64)
    {
        DirectoryGuard.Ensure(Paths.RuntimeDirectory);
        return UnixSocket.Listen(Paths.Socket, backlog);
    }

    private void WriteEndpoint(Fd socket, ulong startTime)
    {
        DirectoryGuard.Ensure(Paths.StateDirectory);
        File.WriteAllText(
            Paths.EndpointFile,
            $$"""{"keeper_pid":{{Environment.ProcessId}},"keeper_start_time":{{startTime}},"socket":"{{Paths.Socket}}","socket_fd":{{socket.Number}}}""");
    }
}
