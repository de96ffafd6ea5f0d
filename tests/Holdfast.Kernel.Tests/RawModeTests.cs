using Holdfast.Linux;
using Holdfast.Linux.Pty;
using Holdfast.Linux.Spawn;
using Holdfast.Linux.Tty;
using Xunit;

namespace Holdfast.Kernel.Tests;

/// <summary>The user's terminal around an attach.</summary>
public sealed class RawModeTests
{
    [Fact]
    public void Entering_raw_mode_and_leaving_it_gives_back_every_setting_as_it_was()
    {
        var pty = PtyPair.Open(new WindowSize(80, 24));
        using var master = pty.Master;
        using var slave = pty.Slave;
        Stty(slave, "-ixon erase ^H intr ^X min 3");
        var before = Stty(slave, "-g");

        using (RawMode.Enter(slave.Number))
        {
            var raw = Stty(slave, "-a");
            Assert.Contains("-icanon", raw, StringComparison.Ordinal);
            Assert.Contains("-isig", raw, StringComparison.Ordinal);
            Assert.Contains("-echo ", raw, StringComparison.Ordinal);
            Assert.Contains("-opost", raw, StringComparison.Ordinal);
            Assert.NotEqual(before, Stty(slave, "-g"));
        }

        Assert.Equal(before, Stty(slave, "-g"));
    }

    [Fact]
    public void Restoring_a_second_time_changes_nothing_that_came_later()
    {
        var pty = PtyPair.Open(new WindowSize(80, 24));
        using var master = pty.Master;
        using var slave = pty.Slave;
        var raw = RawMode.Enter(slave.Number);
        raw.Restore();
        Stty(slave, "-echo");
        var later = Stty(slave, "-g");

        raw.Restore();
        raw.Dispose();

        Assert.Equal(later, Stty(slave, "-g"));
    }

    [Fact]
    public void Bytes_pass_a_raw_terminal_unchanged_control_characters_too()
    {
        var pty = PtyPair.Open(new WindowSize(80, 24));
        using var master = pty.Master;
        using var slave = pty.Slave;
        using var raw = RawMode.Enter(slave.Number);
        var all = Enumerable.Range(0, 256).Select(i => (byte)i).ToArray();
        var into = new byte[512];

        Assert.Equal(256, master.Write(all).Count);
        Await.Ready(slave);
        Assert.Equal(all, into[..Linux.Files.FileSystem.Read(slave, into).Count]);
        Assert.Equal(256, Linux.Files.FileSystem.Write(slave, all).Count);
        Await.Ready(master.Fd);
        Assert.Equal(all, into[..master.Read(into).Count]);
    }

    [Fact]
    public void What_is_no_terminal_is_told_apart()
    {
        using var none = Linux.Files.FileSystem.Open("/dev/null", OpenFlags.ReadWrite);
        var pty = PtyPair.Open(new WindowSize(0, 0));
        using var master = pty.Master;
        using var slave = pty.Slave;

        Assert.False(RawMode.IsTerminal(none.Number));
        Assert.True(RawMode.IsTerminal(slave.Number));
        Assert.Null(RawMode.SizeOf(none.Number));
        Assert.Null(RawMode.SizeOf(slave.Number));
        Assert.Equal(Errno.ENOTTY, Assert.Throws<LinuxException>(() => RawMode.Enter(none.Number)).Error);
    }

    // stty(1) is the second opinion: it shares no code with us.
    private static string Stty(Fd terminal, string arguments)
    {
        using var child = Child.OnPipe(new SpawnPlan("/bin/stty", "/", ["stty", .. arguments.Split(' ')], []), terminal);
        var said = child.ReadToEnd();
        Assert.Equal(0, child.Reap().Code);
        return said;
    }
}
