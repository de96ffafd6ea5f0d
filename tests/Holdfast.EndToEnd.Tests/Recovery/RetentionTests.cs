using Holdfast.TestKit;

namespace Holdfast.EndToEnd.Tests.Recovery;

/// <summary>How a session ended stays known, until it is forgotten; then nothing of it is left.</summary>
public sealed class RetentionTests
{
    [Fact]
    public async Task After_a_reboot_status_screen_and_output_of_an_exited_session_are_readable()
    {
        await using var daemon = new DaemonProcess();
        (await daemon.CliAsync("new", "code", "-d", "--", "sh", "-c", "seq 1 3000; printf '\\033[31mlast words'; exit 7")).Succeeded();
        (await daemon.CliAsync("new", "signal", "-d", "--", "sh", "-c", "kill -TERM $$")).Succeeded();
        Assert.Equal(7, (await daemon.CliAsync("wait", "code", "--exit")).ExitCode);
        await daemon.CliAsync("wait", "signal", "--exit");
        await PersistedAsync(daemon, "code");
        await PersistedAsync(daemon, "signal");
        var history = (await daemon.CliAsync("history", "code")).Succeeded().Output;
        var screen = (await daemon.CliAsync("capture", "code", "--ansi", "--scrollback", "all")).Succeeded().Text;
        await Loss.OfTheMachineAsync(daemon);

        Assert.Equal(2, (await Loss.RecoveryAsync(daemon)).GetProperty("exited").GetInt32());
        var info = await Loss.InfoAsync(daemon, "code");
        Assert.Equal(("exited", 7, "exited"), (info.GetProperty("state").GetString(), info.GetProperty("exit_code").GetInt32(), info.GetProperty("recovered").GetString()));
        Assert.Equal((ulong)history.Length, info.GetProperty("head").GetUInt64());
        Assert.Equal(history, (await daemon.CliAsync("history", "code")).Succeeded().Output);
        var tail = await daemon.CliAsync("tail", "code", "--from", "start");
        Assert.Equal(history, tail.Output);
        Assert.Equal(screen, (await daemon.CliAsync("capture", "code", "--ansi", "--scrollback", "all")).Succeeded().Text);
        Assert.Equal(7, (await daemon.CliAsync("wait", "code", "--exit")).ExitCode);
        Assert.Equal(15, (await Loss.InfoAsync(daemon, "signal")).GetProperty("exit_signal").GetInt32());
    }

    [Fact]
    public async Task A_full_ring_comes_back_with_what_it_held()
    {
        await using var daemon = new DaemonProcess();
        (await daemon.CliAsync("new", "a", "-d", "--ring", "64K", "--", "sh", "-c", "seq 1 100000")).Succeeded();
        Assert.Equal(0, (await daemon.CliAsync("wait", "a", "--exit")).ExitCode);
        await PersistedAsync(daemon, "a");
        var history = (await daemon.CliAsync("history", "a")).Succeeded().Output;
        var from = (await Loss.InfoAsync(daemon, "a")).GetProperty("retained_from").GetUInt64();
        await Loss.OfTheMachineAsync(daemon);
        Assert.Equal(history, (await daemon.CliAsync("history", "a")).Succeeded().Output);
        Assert.Equal(from, (await Loss.InfoAsync(daemon, "a")).GetProperty("retained_from").GetUInt64());
    }

    [Fact]
    public async Task An_exit_that_a_second_daemon_saw_outlives_the_machine_too()
    {
        await using var daemon = new DaemonProcess();
        (await daemon.CliAsync("new", "a", "-d", "--", "sh", "-c", "read x; echo got $x; exit 9")).Succeeded();
        await daemon.KillDaemonAsync();
        (await daemon.CliAsync("send", "a", "--enter", "it")).Succeeded();
        Assert.Equal(9, (await daemon.CliAsync("wait", "a", "--exit")).ExitCode);
        await PersistedAsync(daemon, "a");
        await Loss.OfTheMachineAsync(daemon);
        Assert.Equal(9, (await daemon.CliAsync("wait", "a", "--exit")).ExitCode);
        Assert.Contains("got it", (await daemon.CliAsync("history", "a")).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task When_retention_ends_a_session_and_its_directory_are_gone_also_if_no_daemon_ran()
    {
        await using var daemon = new DaemonProcess();
        (await daemon.CliAsync("new", "a", "-d", "--", "sh", "-c", "exit 1")).Succeeded();
        await daemon.CliAsync("wait", "a", "--exit");
        await PersistedAsync(daemon, "a");
        var directory = Loss.DirectoryOf(daemon, await Loss.InfoAsync(daemon, "a"));
        Assert.True(Directory.Exists(directory));
        await Loss.OfTheMachineAsync(daemon);
        daemon.Variables["HOLDFAST_RETENTION_SECONDS"] = "0";
        Assert.DoesNotContain("exited", (await daemon.CliAsync("ls")).Succeeded().Text, StringComparison.Ordinal);
        await ColdRestoreTests.GoneAsync(daemon, directory);
    }

    [Fact]
    public async Task Sessions_that_were_forgotten_or_ended_with_the_daemon_leave_no_directory()
    {
        await using var daemon = new DaemonProcess();
        foreach (var name in (string[])["a", "b"])
            (await daemon.CliAsync("new", name, "-d")).Succeeded();
        await Loss.PersistedAsync(daemon, "a");
        var forgotten = Loss.DirectoryOf(daemon, await Loss.InfoAsync(daemon, "a"));
        (await daemon.CliAsync("kill", "a")).Succeeded();
        (await daemon.CliAsync("kill", "a")).Succeeded();
        await ColdRestoreTests.GoneAsync(daemon, forgotten);
        (await daemon.CliAsync("daemon", "stop", "--kill-sessions")).Succeeded();
        Assert.Empty(Directory.EnumerateFileSystemEntries(daemon.Paths.SessionsDirectory));
    }

    [Theory]
    [InlineData("sleep 1000")]
    [InlineData("exit 1")]
    public async Task What_was_forgotten_while_its_directory_stayed_does_not_come_back(string script)
    {
        await using var daemon = new DaemonProcess();
        (await daemon.CliAsync("new", "a", "-d", "--", "sh", "-c", script)).Succeeded();
        await Loss.PersistedAsync(daemon, "a");
        var directory = Loss.DirectoryOf(daemon, await Loss.InfoAsync(daemon, "a"));
        var copy = Path.Combine(daemon.Directory, "copy");
        (await daemon.ShellAsync($"cp -a {directory} {copy}")).Succeeded();
        while ((await daemon.CliAsync("kill", "a")).ExitCode == 0)
            await daemon.StatusAsync();
        await ColdRestoreTests.GoneAsync(daemon, directory);
        // As if the daemon had been killed between the keeper's removal and its own.
        (await daemon.ShellAsync($"mv {copy} {directory}")).Succeeded();
        await daemon.KillDaemonAsync();
        Assert.Equal(0, (await daemon.CliAsync("ls", "--json")).Succeeded().Json.GetArrayLength());
        await ColdRestoreTests.GoneAsync(daemon, directory);
    }

    [Fact]
    public async Task A_session_that_could_not_be_started_leaves_no_directory()
    {
        await using var daemon = new DaemonProcess();
        var broken = Path.Combine(daemon.Directory, "broken");
        File.WriteAllText(broken, "#!/no/such/interpreter\n");
        File.SetUnixFileMode(broken, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        Assert.Equal(73, (await daemon.CliAsync("new", "a", "-d", "--", broken)).ExitCode);
        (await daemon.CliAsync("daemon", "stop")).Succeeded();
        Assert.Empty(Directory.EnumerateFileSystemEntries(daemon.Paths.SessionsDirectory));
    }

    private static async Task PersistedAsync(DaemonProcess daemon, string name)
    {
        await Loss.PersistedAsync(daemon, name);
        var info = await Loss.InfoAsync(daemon, name);
        using var deadline = new CancellationTokenSource(DaemonProcess.Deadline);
        while (true)
        {
            var id = info.GetProperty("id").GetString()!;
            Loss.StoreOf(daemon).ReadRecord(id, out var record);
            Loss.StoreOf(daemon).ReadSealed(id, Holdfast.Daemon.Journal.SealedKind.Output, out var seal);
            if (record is { HasEnded: true } && seal.End == info.GetProperty("head").GetUInt64())
                return;
            await daemon.StatusAsync();
            deadline.Token.ThrowIfCancellationRequested();
        }
    }
}
