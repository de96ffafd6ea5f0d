using Holdfast.TestKit;

namespace Holdfast.EndToEnd.Tests.Contract;

/// <summary>Limits hold, are told, and are free again once something ends.</summary>
public sealed class LimitTests
{
    [Fact]
    public async Task The_limit_of_sessions_is_told_and_a_forgotten_session_makes_room()
    {
        await using var daemon = new DaemonProcess(("HOLDFAST_MAX_SESSIONS", "2"));
        (await daemon.CliAsync("new", "a", "-d", "--", "cat")).Succeeded();
        (await daemon.CliAsync("new", "b", "-d", "--", "true")).Succeeded();
        var refused = await daemon.CliAsync("new", "c", "-d", "--", "cat");
        Assert.Equal(75, refused.ExitCode);
        Assert.Contains("(LIMIT_SESSIONS)", refused.Error, StringComparison.Ordinal);
        Assert.Contains("HOLDFAST_MAX_SESSIONS", refused.Error, StringComparison.Ordinal);
        await daemon.CliAsync("wait", "b", "--exit");
        (await daemon.CliAsync("kill", "b")).Succeeded();
        (await daemon.CliAsync("new", "c", "-d", "--", "cat")).Succeeded();
    }

    [Fact]
    public async Task The_limit_of_connections_is_told_and_a_connection_that_ends_makes_room()
    {
        await using var daemon = new DaemonProcess(("HOLDFAST_MAX_CONNECTIONS", "2"));
        (await daemon.CliAsync("new", "a", "-d", "--", "sh", "-c", "echo here; cat")).Succeeded();
        await using var first = await TailAsync(daemon);
        await using (await TailAsync(daemon))
        {
            var refused = await daemon.CliAsync("ls");
            Assert.Equal(75, refused.ExitCode);
            Assert.Contains("(LIMIT_CONNECTIONS)", refused.Error, StringComparison.Ordinal);
            Assert.Contains("HOLDFAST_MAX_CONNECTIONS", refused.Error, StringComparison.Ordinal);
        }
        (await daemon.CliAsync("ls")).Succeeded();
    }

    // A tail that has printed something is a connection that is open.
    private static async Task<RunningCli> TailAsync(DaemonProcess daemon)
    {
        var tail = daemon.StartCli("tail", "a");
        await tail.Output.ReadExactlyAsync(new byte[4]);
        return tail;
    }
}
