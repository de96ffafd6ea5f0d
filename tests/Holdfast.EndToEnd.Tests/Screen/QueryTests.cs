using Holdfast.EndToEnd.Tests.Terminal;
using Holdfast.TestKit;

namespace Holdfast.EndToEnd.Tests.Screen;

/// <summary>Programs that ask their terminal something and wait for the answer.</summary>
public sealed class QueryTests
{
    // Asks for device attributes and for the cursor's position, and prints what came before the end of each, without its escape.
    private const string Ask =
        "stty -echo raw; printf '\\033[c'; IFS= read -r -d c one; printf '\\033[6n'; IFS= read -r -d R two; stty sane; "
        + "printf 'one=%s two=%s.\\n' \"${one#?}\" \"${two#?}\"";

    [Fact]
    public async Task While_nobody_is_attached_queries_are_answered()
    {
        await using var daemon = new DaemonProcess();
        (await daemon.CliAsync("new", "work", "-d", "--", "bash", "-c", Ask + "; sleep infinity")).Succeeded();
        (await AttachedScreenTests.AwaitScreenAsync(daemon, "one=[?6")).Succeeded();
        var screen = (await daemon.CliAsync("capture", "work")).Succeeded().Text;
        Assert.Contains("two=[1;1.", screen, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_query_asked_while_no_daemon_ran_is_answered_by_the_next_one()
    {
        await using var daemon = new DaemonProcess();
        (await daemon.CliAsync("new", "work", "-d", "--", "bash", "-c", $"read go; kill -9 $go; {Ask}; sleep infinity")).Succeeded();
        var sent = await daemon.CliAsync("send", "work", "--enter", $"{await daemon.DaemonPidAsync()}");
        // The daemon may be killed by what it wrote before it has noted that it did.
        Assert.True(sent.ExitCode == 0 || sent.Error.Contains("INPUT_UNCERTAIN", StringComparison.Ordinal), sent.Error);
        (await AttachedScreenTests.AwaitScreenAsync(daemon, "one=[?6")).Succeeded();
    }

    [Fact]
    public async Task What_was_answered_once_is_not_answered_again_by_the_next_daemon()
    {
        await using var daemon = new DaemonProcess();
        (await daemon.CliAsync("new", "work", "-d", "--", "bash", "-c", $"{Ask}; stty -echo; while IFS= read -r line; do printf 'got<%s>\\n' \"$line\"; done")).Succeeded();
        (await AttachedScreenTests.AwaitScreenAsync(daemon, "two=")).Succeeded();
        await daemon.KillDaemonAsync();
        (await daemon.CliAsync("send", "work", "--enter", "typed")).Succeeded();
        (await AttachedScreenTests.AwaitScreenAsync(daemon, "got<")).Succeeded();
        Assert.Contains("got<typed>", (await daemon.CliAsync("capture", "work")).Succeeded().Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task While_a_terminal_is_attached_it_alone_answers()
    {
        await using var daemon = new DaemonProcess();
        await using var user = await UserTerminal.OpenAsync(daemon);
        await File.WriteAllTextAsync(
            Path.Combine(daemon.Directory, "ask.sh"), $"echo ready; read go; {Ask}; stty -echo; IFS= read -r rest; printf 'rest<%s>\\n' \"$rest\"; sleep infinity\n");
        await user.EnterAsync("$HF new work -- bash ask.sh");
        await user.Screen.UntilAsync("ready");
        await user.Screen.TypeAsync("\r");
        await user.Screen.UntilAsync("two=[");
        await user.Screen.TypeAsync("end\r");
        await user.Screen.UntilAsync("rest<");
        await user.Screen.UntilAsync("rest<end>");
    }
}
