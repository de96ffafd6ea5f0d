using System.Text;
using Holdfast.Client;
using Holdfast.Protocol.V1;
using Holdfast.TestKit;

namespace Holdfast.EndToEnd.Tests.Crash;

/// <summary>Programs and starters that behave as few do.</summary>
public sealed class OddProgramTests
{
    [Fact]
    public async Task Output_of_a_child_that_outlives_the_shell_arrives_until_nobody_holds_the_terminal()
    {
        await using var daemon = new DaemonProcess();
        await using var client = await daemon.ConnectAsync();
        var go = await PipeAsync(daemon);
        await client.CreateAsync(daemon.Shell("a", $"trap '' HUP; (read x < {go}; echo late) & echo early; exit 5"));
        var session = await client.AttachAsync(new AttachRequest { Session = "a", Start = true });
        var exited = await ReadUntilAsync(session, SessionEventKind.Exited);
        Assert.Equal(5, exited.Event.Exit!.Code);
        Assert.Equal("early\r\n", exited.Output);
        await File.WriteAllTextAsync(go, "\n");
        var closed = await ReadUntilAsync(session, SessionEventKind.Closed);
        Assert.Equal("late\r\n", closed.Output);
        Assert.Equal((ulong)"early\r\nlate\r\n".Length, closed.Event.To);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_program_that_closes_its_terminal_and_opens_it_again_is_heard_again(bool killedBetween)
    {
        await using var daemon = new DaemonProcess();
        await using var client = await daemon.ConnectAsync();
        var go = await PipeAsync(daemon);
        await client.CreateAsync(daemon.Shell("a", $"t=$(tty); echo away; exec <&- >&- 2>&-; read x < {go}; exec <$t >$t 2>&1; echo back; read y; exit 9"));
        var session = await client.AttachAsync(new AttachRequest { Session = "a", Start = true });
        await ReadTextAsync(session, "away\r\n");
        if (killedBetween)
            await new Assassin(client).KillDaemonAsync();
        await File.WriteAllTextAsync(go, "\n");
        await ReadTextAsync(session, "back\r\n");
        (await daemon.CliAsync("send", "a", "--enter", "on")).Succeeded();
        Assert.Equal(9, (await daemon.CliAsync("wait", "a", "--exit")).ExitCode);
    }

    [Fact]
    public async Task The_interrupt_key_reaches_a_program_whose_input_queue_is_full()
    {
        await using var daemon = new DaemonProcess();
        await using var client = await daemon.ConnectAsync();
        var never = await PipeAsync(daemon);
        await client.CreateAsync(daemon.Shell("a", $"stty -icanon -echo; trap 'exit 4' INT; echo ready; read x < {never}"));
        var session = await client.AttachAsync(new AttachRequest { Session = "a", Start = true });
        await ReadTextAsync(session, "ready\r\n");
        // More than the terminal takes; what the window still takes is queued in the daemon.
        await session.WriteAsync(new byte[128 * 1024].Select(_ => (byte)'x').ToArray());
        Assert.True(session.InputAccepted < 128 * 1024);
        await session.WriteAsync(new byte[] { 3 });
        Assert.Equal(4, (await daemon.CliAsync("wait", "a", "--exit")).ExitCode);
    }

    [Fact]
    public async Task The_interrupt_key_is_shown_and_drops_the_line_that_was_begun()
    {
        await using var daemon = new DaemonProcess();
        await using var client = await daemon.ConnectAsync();
        await client.CreateAsync(daemon.Shell("a", "trap '' INT; echo ready; read line; echo \"got $line\"; read rest"));
        await using var transcript = await Transcript.OfAsync(client, "a");
        await transcript.UntilAsync("ready\r\n");
        await transcript.TypeAsync("begun");
        // The key drops also what of its line was not shown yet.
        await transcript.UntilAsync("begun");
        await transcript.TypeAsync("\u0003");
        await transcript.TypeAsync("new\r");
        await transcript.UntilAsync("got new\r\n");
        Assert.Equal("ready\r\nbegun^Cnew\r\ngot new\r\n", transcript.Text);
    }

    [Theory]
    [InlineData("exec <&- >&- 2>&-;")]
    [InlineData("ulimit -n 64;")]
    [InlineData("exec nice -n 5 env --ignore-signal=CHLD")]
    public async Task A_daemon_started_under_odd_conditions_keeps_exit_codes(string condition)
    {
        await using var daemon = new DaemonProcess();
        await daemon.ShellAsync($"{condition} \"$HF\" new a -d -- sh -c 'echo hello; exit 3'");
        Assert.Equal(3, (await daemon.CliAsync("wait", "a", "--exit")).ExitCode);
        Assert.Equal("hello\r\n", (await daemon.CliAsync("history", "a")).Succeeded().Text);
        await daemon.KillDaemonAsync();
        Assert.Equal(8, (await daemon.CliAsync("run", "--", "sh", "-c", "exit 8")).ExitCode);
    }

    [Theory]
    [InlineData("1")]
    [InlineData("2048")]
    public async Task A_file_size_limit_below_a_ring_is_told_with_its_code(string kilobytes)
    {
        await using var daemon = new DaemonProcess();
        var refused = await daemon.ShellAsync($"ulimit -f {kilobytes}; \"$HF\" new a -d -- true");
        Assert.Equal(73, refused.ExitCode);
        Assert.Contains("FILE_SIZE_LIMIT", refused.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("daemon-crashed", daemon.KeeperLog, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_session_is_forgotten_when_its_retention_ends_also_across_a_daemon_kill()
    {
        await using var daemon = new DaemonProcess(("HOLDFAST_RETENTION_SECONDS", "2"));
        await using var client = await daemon.ConnectAsync();
        await client.CreateAsync(daemon.Shell("a", "read x; exit 3"));
        var session = await client.AttachAsync(new AttachRequest { Session = "a", Start = true });
        await session.WriteAsync("\n"u8.ToArray());
        Assert.Equal(3, (await ReadUntilAsync(session, SessionEventKind.Exited)).Event.Exit!.Code);
        await new Assassin(client).KillDaemonAsync();
        await ReadUntilAsync(session, SessionEventKind.Finalized);
        Assert.Empty(await client.ListAsync());
    }

    // A test writes to it when the program is to go on.
    private static async Task<string> PipeAsync(DaemonProcess daemon)
    {
        var path = Path.Combine(daemon.Directory, "go");
        (await daemon.ShellAsync($"mkfifo {path}")).Succeeded();
        return path;
    }

    private static async Task ReadTextAsync(SessionAttachment session, string text)
    {
        var output = new StringBuilder();
        while (!output.ToString().EndsWith(text, StringComparison.Ordinal))
        {
            var next = await session.ReadAsync().AsTask().WaitAsync(DaemonProcess.Deadline);
            Assert.NotEqual(SessionEventKind.End, next.Kind);
            output.Append(Encoding.UTF8.GetString(next.Data.Span));
        }
    }

    private static async Task<(SessionEvent Event, string Output)> ReadUntilAsync(SessionAttachment session, SessionEventKind kind)
    {
        var output = new StringBuilder();
        while (true)
        {
            var next = await session.ReadAsync().AsTask().WaitAsync(DaemonProcess.Deadline);
            output.Append(Encoding.UTF8.GetString(next.Data.Span));
            if (next.Kind == kind)
                return (next, output.ToString());
            Assert.NotEqual(SessionEventKind.End, next.Kind);
        }
    }
}
