using Holdfast.TestKit;

namespace Holdfast.EndToEnd.Tests.Start;

/// <summary>The first client starts what it needs, once, and says why where that fails.</summary>
public sealed class StartTests
{
    private const int AtOnce = 50;

    [Fact]
    public async Task Fifty_clients_at_once_start_exactly_one_keeper_and_one_daemon_and_are_all_served()
    {
        await using var daemon = new DaemonProcess();
        var made = await Task.WhenAll(Enumerable.Range(0, AtOnce).Select(i => daemon.CliAsync("new", $"s{i}", "-d", "--", "cat")));
        Assert.All(made, m => m.Succeeded());
        var listed = (await daemon.CliAsync("ls", "--json")).Succeeded().Json;
        Assert.Equal(AtOnce, listed.GetArrayLength());
        Assert.All(listed.EnumerateArray(), s => Assert.Equal("running", s.GetProperty("state").GetString()));
        var programs = daemon.Processes.Find().Select(ProgramOf).ToList();
        Assert.Single(programs, p => p == ProductBinaries.Keeper);
        Assert.Single(programs, p => p == ProductBinaries.Cli);
        var status = await daemon.StatusAsync();
        Assert.Equal(0, status.GetProperty("restarts").GetInt32());
        Assert.Equal(0, status.GetProperty("keeper_restarts").GetInt32());
    }

    [Theory]
    [InlineData("{ \"max_sessions\": \"many\" }", "max_sessions")]
    [InlineData("{ \"no_such_key\": 1 }", "no_such_key")]
    [InlineData("not json", "config.json")]
    public async Task A_daemon_that_cannot_start_shows_its_own_error_and_leaves_nothing_behind(string configuration, string named)
    {
        await using var daemon = new DaemonProcess();
        await File.WriteAllTextAsync(Path.Combine(daemon.Directory, "config.json"), configuration);
        var tried = await daemon.CliAsync("new", "a", "-d", "--json");
        Assert.Equal(69, tried.ExitCode);
        Assert.Equal("DAEMON_START_FAILED", tried.Json.GetProperty("error").GetProperty("code").GetString());
        Assert.Contains("CONFIG_INVALID", tried.Error, StringComparison.Ordinal);
        Assert.Contains(named, tried.Error, StringComparison.Ordinal);
        foreach (var pid in daemon.Processes.Find())
            await OwnedProcesses.EndOfAsync(pid);
    }

    [Fact]
    public async Task Config_check_names_the_wrong_key_with_its_exit_code()
    {
        await using var daemon = new DaemonProcess();
        (await daemon.CliAsync("config", "check")).Succeeded();
        await File.WriteAllTextAsync(Path.Combine(daemon.Directory, "config.json"), "{ \"max_sessions\": 0 }");
        var check = await daemon.CliAsync("config", "check");
        Assert.Equal(64, check.ExitCode);
        Assert.Contains("max_sessions", check.Error, StringComparison.Ordinal);
        Assert.Contains("(CONFIG_INVALID)", check.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Commands_that_only_look_start_no_daemon()
    {
        await using var daemon = new DaemonProcess();
        Assert.Equal(0, (await daemon.CliAsync("ls", "--json")).Succeeded().Json.GetArrayLength());
        Assert.Equal(69, (await daemon.CliAsync("daemon", "status")).ExitCode);
        Assert.Equal(66, (await daemon.CliAsync("info", "a")).ExitCode);
        Assert.Equal(66, (await daemon.CliAsync("tail", "a")).ExitCode);
        Assert.Empty(daemon.Processes.Find());
    }

    [Fact]
    public async Task New_detached_in_a_command_substitution_returns_and_holds_none_of_the_callers_descriptors()
    {
        await using var daemon = new DaemonProcess();
        var made = await daemon.ShellAsync(
            "exec 7<>held; name=$(\"$HF\" new work -d -- cat); echo \"name=$name\"; exec 7>&-\n"
            + "for fd in /proc/[0-9]*/fd/*; do [ \"$(readlink \"$fd\")\" = \"$PWD/held\" ] && echo \"held by $fd\"; done; true");
        Assert.Equal("name=work\n", made.Succeeded().Text);
    }

    private static string? ProgramOf(int pid)
    {
        try
        {
            return File.ResolveLinkTarget($"/proc/{pid}/exe", returnFinalTarget: false)?.FullName;
        }
        catch (IOException)
        {
            // It ended meanwhile.
            return null;
        }
    }
}
