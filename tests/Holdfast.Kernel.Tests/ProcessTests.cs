using System.Globalization;
using Holdfast.Linux;
using Holdfast.Linux.Files;
using Holdfast.Linux.Processes;
using Xunit;

namespace Holdfast.Kernel.Tests;

/// <summary>Processes by pidfd: their end, their status, and whose they are.</summary>
public sealed class ProcessTests
{
    [Fact]
    public void A_pidfd_is_readable_at_the_end_and_the_status_can_be_read_any_number_of_times_before_the_reaping()
    {
        using var child = Child.Shell("exit 42");
        child.AwaitEnd();

        Assert.Equal(ExitQuery.Known, child.Process.QueryChild(reap: false, out var first));
        Assert.Equal(ExitQuery.Known, child.Process.QueryChild(reap: false, out var second));
        Assert.Equal(new ExitStatus(42, 0, Lost: false), first);
        Assert.Equal(first, second);
        Assert.Equal(first, child.Reap());
        Assert.Equal(ExitQuery.NotOurChild, child.Process.QueryChild(reap: false, out _));
    }

    // In a process of its own, which has no other children.
    [Fact]
    public void An_ended_child_is_seen_until_it_is_reaped_and_a_failed_spawn_leaves_none()
    {
        using var probe = Child.Probe("peek");

        Assert.Equal("failed=ENOENT\nleft=0\nseen=True\nagain=True\nreaped=True 42\nthen=0\n", probe.ReadToEnd());
    }

    [Fact]
    public void A_child_ended_by_a_signal_names_the_signal()
    {
        using var child = Child.Shell("exec sleep 1000");
        Assert.Equal(ExitQuery.NotYet, child.Process.QueryChild(reap: true, out _));
        Assert.Equal(Holdfast.Linux.Events.Readiness.None, Await.Now(child.Process.Fd));

        Assert.Equal(Errno.None, child.Process.Send(Signals.Term));

        Assert.Equal(new ExitStatus(0, Signals.Term, Lost: false), child.Reap());
        Assert.Equal(Errno.ESRCH, child.Process.Send(Signals.Term));
    }

    [Fact]
    public void A_child_is_reaped_by_pid_only_after_its_end()
    {
        using var child = Child.Shell("exit 3");
        child.AwaitEnd();

        Assert.True(Children.Reap(child.Pid, out var status));
        Assert.Equal(3, status.Code);
        Assert.False(Children.Reap(child.Pid, out _));
    }

    [Fact]
    public void A_signal_to_the_group_reaches_the_leaders_children_too()
    {
        using var child = Child.Shell("sleep 1000 & echo up; wait");
        child.ReadUntil("up");

        Assert.Equal(Errno.None, child.Process.SendToGroup(Signals.Kill));

        Assert.Equal("", child.ReadToEnd()); // the pipe ends only when the sleep is gone as well
        Assert.Equal(Signals.Kill, child.Reap().Signal);
    }

    [Theory]
    [InlineData("exit 42", 42, 0)]
    [InlineData("kill -TERM $$", 0, Signals.Term)]
    public void The_status_of_a_grandchild_is_read_from_its_zombie_and_again_after_its_parent_reaped_it(string script, int code, int signal)
    {
        using var input = TransferPipe.Create();
        using var parent = Child.OnPipe(new(Child.ProbePath, "/", ["probe", "parent", script], Child.OwnEnvironment), input.ReadEnd);
        var pid = int.Parse(parent.ReadUntil(";").Trim().TrimEnd(';')["child=".Length..], CultureInfo.InvariantCulture);
        Assert.Equal(Errno.None, PidFd.TryOpen(pid, out var grandchild));
        using var _ = grandchild;
        Await.Ready(grandchild!.Fd);

        Assert.Equal(ExitQuery.NotOurChild, grandchild.QueryChild(reap: false, out ExitStatus _));
        Assert.Equal(ExitQuery.Known, grandchild.QueryStranger(pid, out var asZombie));
        FileSystem.Write(input.WriteEnd, "\n"u8);
        parent.ReadUntil("reaped;");
        var afterwards = grandchild.QueryStranger(pid, out var reaped);

        Assert.Equal(new ExitStatus(code, signal, Lost: false), asZombie);
        // PIDFD_GET_INFO knows it since Linux 6.15; before, nobody does.
        if (Environment.OSVersion.Version >= new Version(6, 15))
            Assert.Equal((ExitQuery.Known, asZombie), (afterwards, reaped));
        else
            Assert.Equal(ExitQuery.NotYet, afterwards);
    }

    [Fact]
    public void A_living_stranger_has_no_status_yet()
    {
        using var child = Child.Shell("exec sleep 1000");
        Assert.Equal(ExitQuery.NotYet, child.Process.QueryStranger(child.Pid, out _));
    }

    [Fact]
    public void An_orphan_comes_to_the_subreaper_with_its_status()
    {
        Children.BecomeSubreaper();
        using var child = Child.Shell("sleep 1000 >/dev/null 2>&1 & echo $!");
        var pid = int.Parse(child.ReadToEnd(), CultureInfo.InvariantCulture);
        child.Reap();
        Assert.Equal(Errno.None, PidFd.TryOpen(pid, out var orphan));
        using var _ = orphan;

        Assert.True(ProcessFacts.TryRead(pid, out var facts));
        Assert.Equal(Environment.ProcessId, facts.Parent);
        orphan!.Send(Signals.Kill);
        Await.Ready(orphan.Fd);
        Assert.Equal(ExitQuery.Known, orphan.QueryChild(reap: true, out var status));
        Assert.Equal(Signals.Kill, status.Signal);
    }

    [Fact]
    public void A_name_with_parentheses_and_blanks_does_not_shift_the_facts()
    {
        using var directory = new TestDirectory();
        var program = directory.At("a ) S (b) 1");
        File.Copy("/bin/sleep", program);
        using var child = Child.OnPipe(new(program, "/", ["x", "1000"], []));

        Assert.True(ProcessFacts.TryRead(child.Pid, out var facts));
        Assert.Equal((Environment.ProcessId, child.Pid, child.Pid), (facts.Parent, facts.Group, facts.Session));
        Assert.True(ProcessFacts.TryRead(Environment.ProcessId, out var own));
        Assert.True(facts.StartTime > own.StartTime);
    }

    [Fact]
    public void A_zombie_has_state_Z_and_its_exit_code_and_a_reaped_process_no_facts()
    {
        using var child = Child.Shell("exit 7");
        child.AwaitEnd();

        Assert.True(ProcessFacts.TryRead(child.Pid, out var facts));
        Assert.Equal(('Z', 7 << 8), (facts.State, facts.ExitCode));
        child.Reap();
        Assert.False(ProcessFacts.TryRead(child.Pid, out _));
        Assert.Equal(Errno.ESRCH, PidFd.TryOpen(child.Pid, out var gone));
        Assert.Null(gone);
    }

    [Fact]
    public void The_descriptor_limit_of_a_child_can_be_set_from_outside()
    {
        using var child = Child.Shell("exec sleep 1000");

        Assert.Equal(Errno.None, CurrentProcess.SetDescriptorLimitOf(child.Pid, 77, 88));

        var line = File.ReadLines($"/proc/{child.Pid}/limits").First(l => l.StartsWith("Max open files", StringComparison.Ordinal));
        Assert.Equal(["77", "88"], line["Max open files".Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries)[..2]);
    }
}
