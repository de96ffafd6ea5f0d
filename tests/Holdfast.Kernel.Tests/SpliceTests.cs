using System.Text;
using Holdfast.Linux;
using Holdfast.Linux.Files;
using Holdfast.Linux.Pty;
using Xunit;

namespace Holdfast.Kernel.Tests;

/// <summary>Output on its way from a terminal through the pipe into memory.</summary>
public sealed class SpliceTests
{
    [Fact]
    public void Output_goes_from_the_terminal_through_the_pipe_into_memory_and_the_pipe_counts_it_in_between()
    {
        var pty = PtyPair.Open(new WindowSize(80, 24));
        using var master = pty.Master;
        using var slave = pty.Slave;
        using var pipe = TransferPipe.Create();
        FileSystem.Write(slave, "output"u8);
        Assert.Equal(0, pipe.Available);

        Assert.Equal(new IoResult(6, Errno.None), pipe.SpliceFrom(master.Fd, pipe.Capacity));

        Assert.Equal(6, pipe.Available);
        Assert.True(master.Read(new byte[16]).WouldBlock);
        var into = new byte[16];
        Assert.Equal("output", Encoding.UTF8.GetString(into, 0, pipe.Read(into).Count));
        Assert.True(pipe.Read(into).WouldBlock);
    }

    [Fact]
    public void A_silent_terminal_gives_EAGAIN_and_an_abandoned_one_EIO()
    {
        var pty = PtyPair.Open(new WindowSize(80, 24));
        using var master = pty.Master;
        using var pipe = TransferPipe.Create();

        Assert.True(pipe.SpliceFrom(master.Fd, 4096).WouldBlock);
        pty.Slave.Dispose();
        Assert.Equal(Errno.EIO, pipe.SpliceFrom(master.Fd, 4096).Error);
        Assert.Equal(0, pipe.Available);
    }

    [Fact]
    public void A_full_pipe_takes_nothing_from_the_terminal()
    {
        var pty = PtyPair.Open(new WindowSize(80, 24));
        using var master = pty.Master;
        using var slave = pty.Slave;
        using var pipe = TransferPipe.Create();
        while (FileSystem.Write(pipe.WriteEnd, new byte[4096]).Ok)
            Assert.True(pipe.Available <= pipe.Capacity);
        FileSystem.Write(slave, "kept"u8);

        Assert.True(pipe.SpliceFrom(master.Fd, 4096).WouldBlock);

        var into = new byte[16];
        Assert.Equal("kept", Encoding.UTF8.GetString(into, 0, master.Read(into).Count));
    }

    [Fact]
    public void No_more_is_taken_than_asked_for_and_the_order_holds()
    {
        var pty = PtyPair.Open(new WindowSize(80, 24));
        using var master = pty.Master;
        using var slave = pty.Slave;
        using var pipe = TransferPipe.Create();
        FileSystem.Write(slave, "0123456789"u8);

        Assert.Equal(4, pipe.SpliceFrom(master.Fd, 4).Count);
        Assert.Equal(6, pipe.SpliceFrom(master.Fd, 100).Count);

        var into = new byte[16];
        Assert.Equal("0123456789", Encoding.UTF8.GetString(into, 0, pipe.Read(into).Count));
    }

    [Fact]
    public void A_reader_that_vanishes_leaves_its_bytes_to_the_next_one_with_the_same_pipe()
    {
        var pty = PtyPair.Open(new WindowSize(80, 24));
        using var master = pty.Master;
        using var slave = pty.Slave;
        using var stored = TransferPipe.Create();
        using (var first = TransferPipe.Adopt(stored.ReadEnd.Duplicate(), stored.WriteEnd.Duplicate()))
        {
            FileSystem.Write(slave, "in flight"u8);
            Assert.Equal(9, first.SpliceFrom(master.Fd, 4096).Count);
        }

        using var second = TransferPipe.Adopt(stored.ReadEnd.Duplicate(), stored.WriteEnd.Duplicate());
        Assert.Equal(9, second.Available);
        var into = new byte[16];
        Assert.Equal("in flight", Encoding.UTF8.GetString(into, 0, second.Read(into).Count));
    }
}
