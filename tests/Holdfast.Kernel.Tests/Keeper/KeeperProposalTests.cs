using Holdfast.Linux;
using Holdfast.Linux.Keeping;
using Xunit;

namespace Holdfast.Kernel.Tests.Keeper;

/// <summary>Another program is tried as the daemon: kept where it serves, and otherwise the former one comes back.</summary>
public sealed class KeeperProposalTests
{
    private static readonly string Good = $"exec {Child.ProbePath} \"$@\"\n";

    [Fact]
    public void A_program_that_serves_is_the_daemon_from_then_on()
    {
        using var keeper = RunningKeeper.Start("HOLDFAST_RESTART_DELAYS_MS=0");
        var first = keeper.NextReadyDaemon();
        var program = KeeperPrograms.Write(keeper, $"echo started >> {keeper.TestDirectory}/starts; {Good}");
        Propose(first, program, 30_000);
        Assert.Equal(ControlFlags.None, first.Welcome!.Flags);
        Leave(first);
        var second = keeper.NextReadyDaemon();
        Assert.Equal((ControlFlags.Proposed, "note"), (second.Welcome!.Flags, second.Welcome.Reason()));
        second.Kill();
        var third = keeper.NextReadyDaemon();
        Assert.Equal(ControlFlags.Proposed, third.Welcome!.Flags);
        Assert.Equal(2, File.ReadAllLines(Path.Combine(keeper.TestDirectory, "starts")).Length);
    }

    [Theory]
    [InlineData("exit 1", "exit code 1")]
    [InlineData("kill -SEGV $$", "signal 11")]
    [InlineData("exec sleep 1000", "not ready within 0.3 s")]
    [InlineData(null, "cannot be executed (ENOEXEC)")]
    public void A_program_that_does_not_come_up_is_undone_and_why_is_told(string? script, string reason)
    {
        using var keeper = RunningKeeper.Start();
        var first = keeper.NextReadyDaemon();
        first.StartShell("s", "read x");
        var program = KeeperPrograms.Write(keeper, script + "\n");
        if (script is null)
            File.WriteAllText(program, "not a program\n");
        Propose(first, program, script?.Contains("sleep", StringComparison.Ordinal) == true ? 300 : 30_000);
        Leave(first);
        var back = keeper.NextDaemon();
        Assert.Contains("s", back.Begin().Keys);
        Assert.Equal((ControlFlags.Undone, "note"), (back.Welcome!.Flags, back.Welcome.Reason()));
        Assert.Contains(reason, back.Welcome.Name, StringComparison.Ordinal);
    }

    [Fact]
    public void What_somebody_kills_before_it_is_ready_is_tried_again()
    {
        using var keeper = RunningKeeper.Start("HOLDFAST_RESTART_DELAYS_MS=0");
        var first = keeper.NextReadyDaemon();
        Propose(first, KeeperPrograms.Write(keeper, Good), 30_000);
        Leave(first);
        keeper.NextDaemon().Kill();
        Assert.Equal(ControlFlags.Proposed, Begun(keeper.NextDaemon()).Welcome!.Flags);
    }

    [Fact]
    public void A_proposal_outlives_a_renewal_of_the_keeper()
    {
        using var keeper = RunningKeeper.Start();
        var first = keeper.NextReadyDaemon();
        Propose(first, KeeperPrograms.Write(keeper, "exit 1\n"), 30_000);
        Assert.Equal(0, first.Reexecute(KeeperPrograms.Wrap(keeper, KeeperPrograms.Faithful)).Value);
        Leave(first);
        Assert.Equal(ControlFlags.Undone, Begun(keeper.NextDaemon()).Welcome!.Flags);
    }

    private static StandIn Begun(StandIn daemon)
    {
        daemon.Begin();
        return daemon;
    }

    private static void Propose(StandIn daemon, string program, int patience) =>
        Assert.Equal(Errno.None, daemon.AskError(new(ControlKind.Propose) { Name = program, Value = patience, Note = "note"u8.ToArray() }));

    private static void Leave(StandIn daemon)
    {
        daemon.Ask(new(ControlKind.Stop) { Value = (int)StopKind.Restart });
        daemon.Exit(0);
    }
}
