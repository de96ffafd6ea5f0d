using System.Text;
using Holdfast.Linux;
using Holdfast.Linux.Events;
using Holdfast.Linux.Files;
using Holdfast.Linux.Processes;
using Holdfast.Linux.Sockets;
using Xunit;

namespace Holdfast.Kernel.Tests;

/// <summary>Stream sockets between clients and the daemon.</summary>
public sealed class SocketTests
{
    [Fact]
    public void A_connection_is_accepted_and_carries_a_header_and_a_body_sent_as_two_parts()
    {
        using var directory = new TestDirectory();
        using var listener = UnixSocket.Listen(directory.At("s"), 8);
        Assert.Equal(Errno.EAGAIN, UnixSocket.TryAccept(listener, out _));
        var (client, server) = Connect(directory, listener);

        Assert.Equal(9, UnixSocket.Send(client, "head"u8, "-body"u8).Count);

        Await.Ready(server);
        var into = new byte[64];
        Assert.Equal("head-body", Encoding.UTF8.GetString(into, 0, UnixSocket.Receive(server, into).Count));
        Assert.True(UnixSocket.Receive(server, into).WouldBlock);
        client.Dispose();
        server.Dispose();
    }

    [Fact]
    public void What_follows_a_body_is_sent_with_it()
    {
        using var directory = new TestDirectory();
        using var listener = UnixSocket.Listen(directory.At("s"), 8);
        var (client, server) = Connect(directory, listener);

        Assert.Equal(14, UnixSocket.Send(client, "head"u8, "-body"u8, "-tail"u8).Count);

        Await.Ready(server);
        var into = new byte[64];
        Assert.Equal("head-body-tail", Encoding.UTF8.GetString(into, 0, UnixSocket.Receive(server, into).Count));
        client.Dispose();
        server.Dispose();
    }

    [Fact]
    public void Behind_what_a_side_sent_that_sends_no_more_its_peer_reads_an_end_and_can_still_send()
    {
        using var directory = new TestDirectory();
        using var listener = UnixSocket.Listen(directory.At("s"), 8);
        var (client, server) = Connect(directory, listener);
        UnixSocket.Send(server, "last"u8);

        UnixSocket.ShutDownSending(server);

        var into = new byte[64];
        Assert.Equal(4, UnixSocket.Receive(client, into).Count);
        Assert.Equal((0, Errno.None), (UnixSocket.Receive(client, into).Count, UnixSocket.Receive(client, into).Error));
        Assert.Equal(3, UnixSocket.Send(client, "why"u8).Count);
        Assert.Equal(3, UnixSocket.Receive(server, into).Count);
        client.Dispose();
        // Nothing where the peer is gone.
        UnixSocket.ShutDownSending(server);
        server.Dispose();
    }

    [Fact]
    public void Both_ends_are_closed_on_exec_and_never_block()
    {
        using var directory = new TestDirectory();
        using var listener = UnixSocket.Listen(directory.At("s"), 8);
        var (client, server) = Connect(directory, listener);

        foreach (var fd in new[] { listener, client, server })
        {
            Assert.True(ProcFd.ClosesOnExec(fd));
            Assert.NotEqual(0, ProcFd.Flags(fd) & OpenFlags.NonBlocking);
        }
        client.Dispose();
        server.Dispose();
    }

    [Fact]
    public void The_kernel_names_the_peer()
    {
        using var directory = new TestDirectory();
        using var listener = UnixSocket.Listen(directory.At("s"), 8);
        var (client, server) = Connect(directory, listener);

        var peer = UnixSocket.PeerOf(server);

        Assert.Equal((Environment.ProcessId, CurrentProcess.EffectiveUser), (peer.Pid, peer.Uid));
        client.Dispose();
        server.Dispose();
    }

    [Fact]
    public void A_closed_peer_is_end_of_file_to_a_reader_and_disconnection_to_a_writer_without_a_signal()
    {
        using var directory = new TestDirectory();
        using var listener = UnixSocket.Listen(directory.At("s"), 8);
        var (client, server) = Connect(directory, listener);
        server.Dispose();

        Assert.Equal(new IoResult(0, Errno.None), UnixSocket.Receive(client, new byte[8]));
        Assert.True(UnixSocket.Send(client, "x"u8).Disconnected);
        client.Dispose();
    }

    [Fact]
    public void A_full_socket_takes_part_or_nothing_and_says_so()
    {
        using var directory = new TestDirectory();
        using var listener = UnixSocket.Listen(directory.At("s"), 8);
        var (client, server) = Connect(directory, listener);
        UnixSocket.SetSendBuffer(client, 16 * 1024);
        long sent = 0;
        IoResult last;
        while ((last = UnixSocket.Send(client, new byte[8192])).Ok)
            sent += last.Count;

        Assert.True(last.WouldBlock);
        long received = 0;
        while ((last = UnixSocket.Receive(server, new byte[65536])).Ok)
            received += last.Count;
        Assert.Equal(sent, received);
        Assert.True(Await.Ready(client, Readiness.Writable).HasFlag(Readiness.Writable));
        client.Dispose();
        server.Dispose();
    }

    [Fact]
    public void The_errors_of_connect_tell_apart_nobody_there_nobody_listening_and_too_many_waiting()
    {
        using var directory = new TestDirectory();
        Assert.Equal(Errno.ENOENT, UnixSocket.TryConnect(directory.At("none"), out _));
        UnixSocket.Listen(directory.At("dead"), 8).Dispose();
        Assert.Equal(Errno.ECONNREFUSED, UnixSocket.TryConnect(directory.At("dead"), out _));
        using var listener = UnixSocket.Listen(directory.At("busy"), 0);
        var waiting = new List<Fd>();
        Errno error;
        while ((error = UnixSocket.TryConnect(directory.At("busy"), out var connection)) == Errno.None)
            waiting.Add(connection!);

        Assert.Equal(Errno.EAGAIN, error);
        waiting.ForEach(fd => fd.Dispose());
    }

    [Fact]
    public void A_path_that_exists_is_not_taken_over() =>
        Assert.Equal(Errno.EADDRINUSE, Assert.Throws<LinuxException>(() =>
        {
            using var directory = new TestDirectory();
            using var first = UnixSocket.Listen(directory.At("s"), 8);
            UnixSocket.Listen(directory.At("s"), 8).Dispose();
        }).Error);

    [Fact]
    public void The_longest_path_works_and_one_byte_more_is_refused_without_leaking_a_descriptor()
    {
        using var directory = new TestDirectory();
        var longest = directory.At(new string('p', UnixSocket.MaxPathBytes - directory.Root.Length - 1));
        UnixSocket.Listen(longest, 8).Dispose();
        Assert.True(File.Exists(longest));
        var before = CurrentProcess.OpenDescriptors;

        Assert.Equal(Errno.ENAMETOOLONG, Assert.Throws<LinuxException>(() => UnixSocket.Listen(longest + "p", 8)).Error);
        Assert.Equal(Errno.ENAMETOOLONG, Assert.Throws<LinuxException>(() => UnixSocket.TryConnect(longest + "p", out Fd? _)).Error);
        Assert.Equal(Errno.EINVAL, Assert.Throws<LinuxException>(() => UnixSocket.Listen("", 8)).Error);
        Assert.Equal(before, CurrentProcess.OpenDescriptors);
    }

    [Fact]
    public void A_hard_link_leads_to_the_same_listener_after_its_path_was_deleted()
    {
        using var directory = new TestDirectory();
        using var listener = UnixSocket.Listen(directory.At("s"), 8);
        Assert.Equal(Errno.None, FileSystem.Link(directory.At("s"), directory.At("spare")));
        FileSystem.Unlink(directory.At("s"));
        FileSystem.Link(directory.At("spare"), directory.At("s"));

        var (client, server) = Connect(directory, listener);

        client.Dispose();
        server.Dispose();
    }

    private static (Fd Client, Fd Server) Connect(TestDirectory directory, Fd listener)
    {
        Assert.Equal(Errno.None, UnixSocket.TryConnect(directory.At("s"), out var client));
        Await.Ready(listener);
        Assert.Equal(Errno.None, UnixSocket.TryAccept(listener, out var server));
        return (client!, server!);
    }
}
