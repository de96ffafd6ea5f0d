using Holdfast.EndToEnd.Tests.Screen;
using Holdfast.Linux;
using Holdfast.Linux.Files;
using Holdfast.Protocol.V1;
using Holdfast.TestKit;

namespace Holdfast.EndToEnd.Tests.Terminal;

/// <summary>The daemon writes the answer to a key to the client's own terminal: sooner, and otherwise as if it did not.</summary>
public sealed class LentTerminalTests
{
    private const string Detach = "\u001c";

    // Answers the first key; the second one when it is told to.
    private const string Patient = "stty raw -echo; mkfifo go; printf 'begun\\r\\n'; head -c 1 >/dev/null; printf first; head -c 1 >/dev/null; : >typed; read -r x <go; printf late; cat";

    private const string Typed = "until [ -e typed ]; do :; done";

    [Fact]
    public async Task The_answer_is_on_the_terminal_though_the_client_does_not_run()
    {
        await using var daemon = new DaemonProcess();
        using var terminal = await LendAsync(daemon);
        (await daemon.ShellAsync($"kill -STOP {terminal.Pid}; echo >go")).Succeeded();
        terminal.ReadUntil("late");
        (await daemon.ShellAsync($"kill -CONT {terminal.Pid}")).Succeeded();
        terminal.Type("shown by way of the client\r");
        terminal.ReadUntil("shown by way of the client");
        terminal.ReadUntilScreen(await ShownAsync(daemon));
    }

    [Fact]
    public async Task What_a_killed_daemon_wrote_and_did_not_tell_is_not_on_the_screen_twice()
    {
        await using var daemon = new DaemonProcess();
        using var terminal = await LendAsync(daemon);
        // As it would stand there if the daemon died behind its write.
        (await daemon.ShellAsync($"printf 'late' >/proc/{terminal.Pid}/fd/1")).Succeeded();
        terminal.ReadUntil("late");
        await daemon.KillDaemonAsync();
        (await daemon.ShellAsync("echo >go")).Succeeded();
        terminal.Type("more");
        await AttachedScreenTests.AwaitScreenAsync(daemon, "firstlatemore");
        terminal.ReadUntilScreen(await ShownAsync(daemon));
    }

    [Fact]
    public async Task After_detaching_the_terminal_is_written_to_by_nobody()
    {
        await using var daemon = new DaemonProcess();
        using var terminal = await LendAsync(daemon);
        terminal.Type(Detach);
        terminal.ReadUntil("detached from work");
        (await daemon.ShellAsync("echo >go")).Succeeded();
        await AttachedScreenTests.AwaitScreenAsync(daemon, "firstlate");
        Assert.DoesNotContain("late", terminal.ReadToEnd(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_client_that_is_killed_leaves_a_terminal_that_nobody_holds()
    {
        await using var daemon = new DaemonProcess();
        using var terminal = await LendAsync(daemon);
        OwnedProcesses.Kill(terminal.Pid);
        terminal.ReadToEnd();
    }

    [Fact]
    public async Task Answers_and_a_stream_come_in_their_order()
    {
        await using var daemon = new DaemonProcess();
        const string Busy = "stty raw -echo; (i=0; while [ $i -lt 4000 ]; do i=$((i+1)); printf '%d\\r\\n' $i; done; printf 'at the end') & printf begun; cat";
        await AttachedScreenTests.StartAsync(daemon, Busy);
        using var terminal = new UnreadTerminal(daemon, "attach", "work");
        terminal.ReadUntil("\u001b[?2026l");
        for (var i = 0; i < 400; i++)
        {
            // Each is typed when the answer to the one before is there.
            var key = (char)('a' + (i % 26));
            terminal.Type($"{key}");
            terminal.ReadUntil($"{key}");
        }
        await AttachedScreenTests.AwaitScreenAsync(daemon, "at the end");
        terminal.ReadUntilScreen(await ShownAsync(daemon));
    }

    [Fact]
    public async Task What_is_no_terminal_or_another_one_is_not_borrowed()
    {
        await using var daemon = new DaemonProcess();
        await using var client = await daemon.ConnectAsync();
        await client.CreateAsync(daemon.Shell("work", "cat"));
        using var own = FileSystem.Open("/proc/self/fd/1", OpenFlags.PathOnly);
        var facts = FileSystem.Stat(own);
        await using var session = await client.AttachAsync(new AttachRequest
        {
            Session = "work", Now = true, Lends = new TerminalIdentity { Device = facts.Device, Inode = facts.Inode },
        });
        Assert.False(session.LendsTerminal);
    }

    // Attached, and the key of which the program has not told the answer yet was passed on.
    private static async Task<UnreadTerminal> LendAsync(DaemonProcess daemon)
    {
        await AttachedScreenTests.StartAsync(daemon, Patient);
        var terminal = new UnreadTerminal(daemon, "attach", "work");
        terminal.ReadUntil("\u001b[?2026l");
        terminal.Type("1");
        terminal.ReadUntil("first");
        terminal.Type("2");
        (await daemon.ShellAsync(Typed)).Succeeded();
        return terminal;
    }

    private static async Task<Predicate<string>> ShownAsync(DaemonProcess daemon)
    {
        var shown = (await AttachedScreenTests.CaptureAsync(daemon)).TrimEnd('\n');
        return screen => screen.TrimEnd('\n') == shown;
    }
}
