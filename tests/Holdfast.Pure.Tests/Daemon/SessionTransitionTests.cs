using Holdfast.Daemon.Killing;
using Holdfast.Daemon.Sessions;
using Holdfast.Protocol.V1;

namespace Holdfast.Pure.Tests.Daemon;

/// <summary>The table of a session's life: forward only, every state reached, nothing after the end.</summary>
public sealed class SessionTransitionTests
{
    private static readonly SessionState[] Order =
        [SessionState.Starting, SessionState.Running, SessionState.Terminating, SessionState.Exited, SessionState.Finalized];

    [Fact]
    public void Every_change_leads_forward()
    {
        Assert.All(SessionTransitions.All, t => Assert.True(Array.IndexOf(Order, t.From) < Array.IndexOf(Order, t.To), $"{t}"));
        Assert.All(Order[1..], s => Assert.Contains(SessionTransitions.All, t => t.To == s));
        Assert.All(Order[..^1], s => Assert.Contains(SessionTransitions.All, t => t.From == s));
        Assert.All(SessionTransitions.All, t => Assert.NotEmpty(t.When));
    }

    [Theory]
    [InlineData(SessionState.Running, SessionState.Finalized)]
    [InlineData(SessionState.Terminating, SessionState.Running)]
    [InlineData(SessionState.Exited, SessionState.Terminating)]
    [InlineData(SessionState.Finalized, SessionState.Finalized)]
    [InlineData(SessionState.Finalized, SessionState.Exited)]
    public void What_the_table_does_not_name_is_not_allowed(SessionState from, SessionState to) =>
        Assert.False(SessionTransitions.Allows(from, to));

    [Fact]
    public void A_living_session_has_no_exit_and_an_ended_one_has_one()
    {
        var exit = new ExitStatus { Code = 1 };
        Assert.NotNull(SessionTransitions.Broken(new SessionInfo { State = SessionState.Running, Exit = exit }, 0, 0));
        Assert.NotNull(SessionTransitions.Broken(new SessionInfo { State = SessionState.Exited, ExitedAtMs = 1 }, 0, 0));
        Assert.NotNull(SessionTransitions.Broken(new SessionInfo { State = SessionState.Running }, 5, 6));
        Assert.Null(SessionTransitions.Broken(new SessionInfo { State = SessionState.Exited, ExitedAtMs = 1, Exit = exit }, 6, 6));
    }

    [Theory]
    [InlineData(3000, 1000, 1000)]
    [InlineData(1000, 1000, 500)]
    [InlineData(1, 600_000, 0.5)]
    public void Sigterm_comes_before_sigkill_however_short_the_time(double kill, double terminate, double expected)
    {
        var times = KillTimes.Of(TimeSpan.FromMilliseconds(kill), TimeSpan.FromMilliseconds(terminate));
        Assert.Equal(TimeSpan.FromMilliseconds(expected), times.Terminate);
        Assert.True(times.Terminate < times.Kill);
    }
}
