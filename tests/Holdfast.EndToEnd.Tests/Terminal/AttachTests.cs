using Holdfast.TestKit;

namespace Holdfast.EndToEnd.Tests.Terminal;

/// <summary>Attaching a real terminal: what the user sees, and the terminal as it was afterwards.</summary>
public sealed class AttachTests
{
    private const string Detach = "\u001c";
    private const string SaveModes = "stty -g > before";
    private const string CompareModes = "stty -g > after; cmp before after && echo the modes are equ''al";

    [Fact]
    public async Task Detaching_says_so_returns_0_and_gives_the_terminal_back_as_it_was()
    {
        await using var daemon = new DaemonProcess();
        await using var user = await AttachedAsync(daemon, "cat");
        await user.Screen.TypeAsync(Detach);
        await user.Screen.UntilAsync("[holdfast: detached from work]");
        await ModesAreEqualAsync(user, "0");
        // Nobody's claim is left: the next terminal that attaches types at once.
        Assert.Equal(System.Text.Json.JsonValueKind.Null, (await daemon.CliAsync("info", "work", "--json")).Succeeded().Json.GetProperty("owner").ValueKind);
        Assert.Equal("running", (await daemon.CliAsync("info", "work", "--json")).Succeeded().Json.GetProperty("state").GetString());
    }

    [Fact]
    public async Task The_end_of_the_session_says_so_returns_its_code_and_gives_the_terminal_back_as_it_was()
    {
        await using var daemon = new DaemonProcess();
        await using var user = await AttachedAsync(daemon, "read line; exit 3");
        await user.Screen.TypeAsync("go\r");
        await user.Screen.UntilAsync("[holdfast: work ended with exit code 3]");
        await ModesAreEqualAsync(user, "3");
    }

    [Theory]
    [InlineData("TERM", "143")]
    [InlineData("HUP", "129")]
    [InlineData("INT", "130")]
    [InlineData("QUIT", "131")]
    public async Task A_client_ended_by_a_signal_gives_the_terminal_back_as_it_was(string signal, string code)
    {
        await using var daemon = new DaemonProcess();
        await using var user = await AttachedAsync(daemon, "cat");
        var clients = daemon.Processes.Find().Where(p => IsAttached(p)).ToList();
        var ended = await daemon.ShellAsync($"kill -{signal} {Assert.Single(clients)}");
        ended.Succeeded();
        await user.PromptAsync();
        await ModesAreEqualAsync(user, code);
    }

    [Fact]
    public async Task Attached_the_session_has_the_terminals_size_and_follows_it()
    {
        await using var daemon = new DaemonProcess();
        await using var user = await AttachedAsync(daemon, "trap 'stty size' WINCH; stty size; while :; do read line && break; done");
        await user.Screen.UntilAsync("30 90");
        await user.ResizeAsync(120, 40);
        await user.Screen.UntilAsync("40 120");
    }

    [Fact]
    public async Task Attached_the_terminal_goes_on_by_itself_when_the_daemon_is_killed()
    {
        await using var daemon = new DaemonProcess();
        await using var user = await AttachedAsync(daemon, "cat");
        await user.Screen.TypeAsync("before\r");
        await user.Screen.UntilAsync("before\r\nbefore");
        await daemon.KillDaemonAsync();
        await user.Screen.TypeAsync("after\r");
        await user.Screen.UntilAsync("after\r\nafter");
        await user.Screen.TypeAsync(Detach);
        await user.Screen.UntilAsync("[holdfast: detached from work]");
        await ModesAreEqualAsync(user, "0");
    }

    [Fact]
    public async Task Attaching_again_shows_what_was_there_and_an_observer_types_nothing()
    {
        await using var daemon = new DaemonProcess();
        await using var user = await AttachedAsync(daemon, "cat");
        await user.Screen.TypeAsync("something said\r" + Detach);
        await user.Screen.UntilAsync("detached from work");
        await user.PromptAsync();
        await user.EnterAsync("$HF attach -r");
        await user.Screen.UntilAsync("something said");
        await user.Screen.TypeAsync("not this" + Detach);
        await user.Screen.UntilAsync("detached from work");
        Assert.DoesNotContain("not this", (await daemon.CliAsync("history", "work")).Succeeded().Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Detaching_from_a_full_screen_program_leaves_its_screen()
    {
        await using var daemon = new DaemonProcess();
        await using var user = await AttachedAsync(daemon, "printf '\\033[?1049h\\033[?25lfull screen'; cat");
        await user.Screen.UntilAsync("full screen");
        await user.Screen.TypeAsync(Detach);
        await user.Screen.UntilAsync("detached from work");
        Assert.Contains("\u001b[?1049l", user.Screen.Text, StringComparison.Ordinal);
        Assert.Contains("\u001b[?25h", user.Screen.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("C-q", "\u0011")]
    [InlineData("C-a", "\u0001")]
    public async Task Another_key_detaches_where_it_was_chosen(string name, string key)
    {
        await using var daemon = new DaemonProcess();
        await using var user = await AttachedAsync(daemon, "cat", $"--detach-key {name}");
        await user.Screen.TypeAsync(key);
        await user.Screen.UntilAsync("[holdfast: detached from work]");
    }

    // What the session says is shown only once the terminal is in raw mode: keys typed from then on are the session's, or detach.
    private static async Task<UserTerminal> AttachedAsync(DaemonProcess daemon, string script, string options = "")
    {
        await File.WriteAllTextAsync(Path.Combine(daemon.Directory, "work.sh"), $"echo attached and raw\n{script}\n");
        var user = await UserTerminal.OpenAsync(daemon);
        try
        {
            await user.EnterAsync(SaveModes);
            await user.PromptAsync();
            await user.EnterAsync($"$HF new work {options} -- sh work.sh");
            await user.Screen.UntilAsync("attached and raw");
            return user;
        }
        catch
        {
            await user.DisposeAsync();
            throw;
        }
    }

    private static async Task ModesAreEqualAsync(UserTerminal user, string code)
    {
        await user.PromptAsync();
        await user.EnterAsync("echo \"code=$?.\"");
        await user.Screen.UntilAsync($"code={code}.");
        await user.EnterAsync(CompareModes);
        await user.Screen.UntilAsync("the modes are equal");
    }

    private static bool IsAttached(int pid)
    {
        try
        {
            return File.ReadAllText($"/proc/{pid}/cmdline").Split('\0') is [var program, "new" or "attach", ..] && program == ProductBinaries.Cli;
        }
        catch (IOException)
        {
            // It ended meanwhile.
            return false;
        }
    }
}
