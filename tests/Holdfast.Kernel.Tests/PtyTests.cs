using System.Text;
using Holdfast.Linux;
using Holdfast.Linux.Events;
using Holdfast.Linux.Files;
using Holdfast.Linux.Processes;
using Holdfast.Linux.Pty;
using Xunit;

namespace Holdfast.Kernel.Tests;

/// <summary>What a pseudo-terminal of ours does, from its size to its hang-up.</summary>
public sealed class PtyTests
{
    private static readonly WindowSize Size = new(132, 43);

    [Fact]
    public void The_size_given_at_birth_and_the_size_set_later_are_what_the_kernel_says()
    {
        var pty = PtyPair.Open(Size);
        using var master = pty.Master;
        using var slave = pty.Slave;

        Assert.Equal(Size, master.Size);
        Assert.Equal(Size, Linux.Tty.RawMode.SizeOf(slave.Number));
        master.Resize(new WindowSize(80, 24));
        Assert.Equal(new WindowSize(80, 24), Linux.Tty.RawMode.SizeOf(slave.Number));
    }

    [Fact]
    public void Both_ends_are_closed_on_exec_and_the_master_does_not_block()
    {
        var pty = PtyPair.Open(Size);
        using var master = pty.Master;
        using var slave = pty.Slave;

        Assert.True(ProcFd.ClosesOnExec(master.Fd));
        Assert.True(ProcFd.ClosesOnExec(slave));
        Assert.True(master.Read(new byte[16]).WouldBlock);
        Assert.Equal($"/dev/pts/{master.Index}", File.ResolveLinkTarget($"/proc/self/fd/{slave.Number}", false)?.FullName);
    }

    [Fact]
    public void Opening_a_pair_steals_no_controlling_terminal_for_a_session_leader()
    {
        using var child = Child.Probe("open-pty");

        var lines = child.ReadToEnd();

        Assert.Contains("leader=True", lines, StringComparison.Ordinal);
        Assert.Contains("tty=0\n", lines, StringComparison.Ordinal);
        Assert.Equal(0, child.Reap().Code);
    }

    [Fact]
    public void Output_is_all_there_after_the_last_slave_closed_and_only_then_EIO()
    {
        var pty = PtyPair.Open(Size);
        using var master = pty.Master;
        Assert.Equal(5, FileSystem.Write(pty.Slave, "hello"u8).Count);
        pty.Slave.Dispose();
        var buffer = new byte[64];

        Assert.Equal("hello", Encoding.UTF8.GetString(buffer, 0, master.Read(buffer).Count));
        Assert.Equal(Errno.EIO, master.Read(buffer).Error);
    }

    [Fact]
    public void EIO_is_not_final_because_opening_the_slave_again_clears_it()
    {
        var pty = PtyPair.Open(Size);
        using var master = pty.Master;
        pty.Slave.Dispose();
        var buffer = new byte[64];
        Assert.Equal(Errno.EIO, master.Read(buffer).Error);

        using var again = FileSystem.Open($"/dev/pts/{master.Index}", OpenFlags.ReadWrite);
        Assert.True(master.Read(buffer).WouldBlock);
        FileSystem.Write(again, "back"u8);

        Assert.Equal("back", Encoding.UTF8.GetString(buffer, 0, master.Read(buffer).Count));
    }

    [Fact]
    public void A_hung_up_master_reports_HangUp_to_epoll()
    {
        var pty = PtyPair.Open(Size);
        using var master = pty.Master;
        Assert.Equal(Readiness.None, Await.Now(master.Fd));
        pty.Slave.Dispose();

        Assert.True(Await.Ready(master.Fd).HasFlag(Readiness.HangUp));
    }

    [Fact]
    public void Backspace_erases_a_whole_UTF8_character_in_canonical_mode()
    {
        var pty = PtyPair.Open(Size);
        using var master = pty.Master;
        using var slave = pty.Slave;
        master.Write("aé\u007fb\n"u8);
        Await.Ready(slave);
        var line = new byte[64];

        Assert.Equal("ab\n", Encoding.UTF8.GetString(line, 0, FileSystem.Read(slave, line).Count));
    }

    [Fact]
    public void Interrupt_reaches_a_program_that_reads_nothing_though_the_input_queue_is_full()
    {
        var pty = PtyPair.Open(Size);
        using var child = Child.OnTerminal(Child.ShellPlan("stty -icanon -echo; echo up; exec sleep 1000"), pty);
        child.ReadUntil("up");
        var junk = new byte[4096];
        Array.Fill(junk, (byte)'x');
        IoResult written;
        do
            written = pty.Master.Write(junk);
        while (written.Ok);

        Assert.True(written.WouldBlock);
        Assert.True(pty.Master.Write("\x03"u8).WouldBlock);
        Assert.True(pty.Master.TryRaiseSignalOf(3));
        Assert.Equal(Signals.Int, child.Reap().Signal);
    }

    [Theory]
    [InlineData((byte)'a')]
    [InlineData((byte)0)]
    public void An_ordinary_byte_raises_no_signal(byte key)
    {
        var pty = PtyPair.Open(Size);
        using var master = pty.Master;
        using var slave = pty.Slave;

        Assert.False(master.TryRaiseSignalOf(key));
    }

    [Fact]
    public void A_program_that_turned_signals_off_gets_its_interrupt_character_as_a_byte()
    {
        var pty = PtyPair.Open(Size);
        using var child = Child.OnTerminal(Child.ShellPlan("stty -isig; echo up; exec sleep 1000"), pty);
        child.ReadUntil("up");

        Assert.False(pty.Master.TryRaiseSignalOf(3));
    }

    [Theory]
    [InlineData((byte)0x1c, Signals.Quit)]
    [InlineData((byte)3, Signals.Int)]
    public void Each_signal_character_raises_its_own_signal(byte key, int signal)
    {
        var pty = PtyPair.Open(Size);
        using var child = Child.OnTerminal(Child.ShellPlan("ulimit -c 0; exec cat"), pty);
        // Its answer says that the program runs: the shell before it ignores SIGQUIT.
        pty.Master.Write("go\n"u8);
        child.ReadUntil("go\r\ngo\r\n");

        Assert.True(pty.Master.TryRaiseSignalOf(key));
        Assert.Equal(signal, child.Reap().Signal);
    }

    [Fact]
    public void The_foreground_program_hears_of_a_new_size()
    {
        var pty = PtyPair.Open(Size);
        using var child = Child.OnTerminal(Child.ShellPlan("trap 'stty size; exit 7' WINCH; echo up; sleep 1000 & while :; do wait; done"), pty);
        child.ReadUntil("up");

        pty.Master.Resize(new WindowSize(99, 33));

        child.ReadUntil("33 99");
        Assert.Equal(7, child.Reap().Code);
    }

    [Fact]
    public void The_shell_is_hung_up_only_when_the_last_duplicate_of_the_master_closes()
    {
        var pty = PtyPair.Open(Size);
        var copy = pty.Master.Fd.Duplicate();
        using var child = Child.OnTerminal(Child.ShellPlan("echo up; read line; echo got $line; read line"), pty);
        child.ReadUntil("up");
        pty.Master.Fd.Dispose();
        var master = new PtyMaster(copy);

        master.Write("still\n"u8);
        ReadUntil(master, "got still");
        master.Dispose();

        Assert.Equal(Signals.HangUp, child.Reap().Signal);
    }

    private static void ReadUntil(PtyMaster master, string end)
    {
        var text = new StringBuilder();
        var buffer = new byte[256];
        while (!text.ToString().Contains(end, StringComparison.Ordinal))
        {
            Await.Ready(master.Fd);
            var got = master.Read(buffer);
            Assert.True(got.Ok, got.ToString());
            text.Append(Encoding.UTF8.GetString(buffer, 0, got.Count));
        }
    }
}
