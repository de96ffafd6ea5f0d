using Holdfast.Linux;
using Holdfast.Linux.Events;
using Holdfast.Linux.Processes;
using Xunit;

namespace Holdfast.Kernel.Tests;

/// <summary>Signals as the loop hears them, and the exit statuses they must not cost.</summary>
public sealed class SignalTests
{
    // In a process of its own: the test runner listens for these too, and ends the run.
    [Fact]
    public void Signals_that_would_kill_are_noted_each_once_and_the_process_lives()
    {
        int[] signals = [Signals.Term, Signals.HangUp, Signals.Int, Signals.Quit];
        using var child = Child.Probe("signals", "4");
        child.ReadUntil("ready;");

        var heard = signals.Select(signal =>
        {
            Assert.Equal(Errno.None, child.Process.Send(signal));
            return child.ReadUntil(";").Trim();
        }).ToList();

        const string stop = "stop=True hangup=False left=0;";
        Assert.Equal([stop, "stop=False hangup=True left=0;", stop, stop], heard);
        Assert.Equal(new ExitStatus(0, 0, Lost: false), child.Reap());
    }

    [Fact]
    public void Three_hundred_ends_of_children_ring_and_leave_every_status_to_waitid()
    {
        using var doorbell = new SignalDoorbell();
        var children = Enumerable.Range(0, 300).Select(i => Child.Shell($"exit {i % 200}")).ToList();

        foreach (var child in children)
            child.AwaitEnd();
        Await.Ready(doorbell.Fd);

        Assert.True(doorbell.Take().Child);
        for (var i = 0; i < children.Count; i++)
            Assert.Equal(new ExitStatus(i % 200, 0, Lost: false), children[i].Reap());
        children.ForEach(c => c.Dispose());
    }
}
