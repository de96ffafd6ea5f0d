using Holdfast.TestKit;

namespace Holdfast.EndToEnd.Tests.Upgrade;

/// <summary>A new program that is none is refused before anything is stopped; one that does not come up is followed by the former one.</summary>
public sealed class UndoneUpgradeTests
{
    [Theory]
    [InlineData("daemon", "text", "no ELF file")]
    [InlineData("daemon", "another program", "does not answer as a daemon")]
    [InlineData("daemon", "missing", "ENOENT")]
    [InlineData("daemon", "not executable", "EACCES")]
    [InlineData("keeper", "text", "no ELF file")]
    [InlineData("keeper", "another program", "preflight did not pass")]
    [InlineData("keeper", "truncated", "the keeper does not become")]
    [InlineData("keeper", "being written", "ETXTBSY")]
    public async Task A_program_that_cannot_take_over_is_refused_and_nothing_is_stopped(string which, string kind, string reason)
    {
        await using var daemon = new DaemonProcess();
        var copy = Programs.Copy(daemon, "new");
        var file = Path.Combine(copy, which == "daemon" ? "holdfast" : "holdfast-keeper");
        switch (kind)
        {
            case "text":
                File.WriteAllText(file, "not a program\n");
                break;
            case "another program":
                File.Copy("/bin/true", file, overwrite: true);
                break;
            case "missing":
                File.Delete(file);
                break;
            case "not executable":
                // To root as well: nobody may.
                File.SetUnixFileMode(file, UnixFileMode.UserRead);
                break;
            case "truncated":
                using (var cut = File.OpenWrite(file))
                    cut.SetLength(cut.Length / 3);
                break;
        }
        using var writer = kind == "being written" ? File.OpenWrite(file) : null;
        await using var client = await daemon.ConnectAsync();
        await client.CreateAsync(daemon.Shell("a", "read x; exit 37"));
        var before = client.Daemon;

        var refused = await daemon.CliAsync("daemon", "upgrade", "--from", copy);

        Assert.Equal(69, refused.ExitCode);
        Assert.Contains("(UPGRADE_REFUSED)", refused.Error, StringComparison.Ordinal);
        Assert.Contains(reason, refused.Error, StringComparison.Ordinal);
        Assert.Equal(before.DaemonPid, await daemon.DaemonPidAsync());
        Assert.Equal(before.KeeperPid, await daemon.KeeperPidAsync());
        (await daemon.CliAsync("send", "a", "--enter", "go")).Succeeded();
        Assert.Equal(37, (await daemon.CliAsync("wait", "a", "--exit")).ExitCode);
    }

    [Theory]
    [InlineData("exit", "exit code 1")]
    [InlineData("abort", "signal 6")]
    [InlineData("hang", "not ready within 2 s")]
    public async Task A_daemon_that_does_not_come_up_is_followed_by_the_former_one_and_the_client_is_told(string how, string reason)
    {
        await using var daemon = new DaemonProcess(("HOLDFAST_TEST_STUB", how), ("HOLDFAST_UPGRADE_READY_MS", "2000"));
        var stub = Programs.CopyWithStub(daemon, "new");
        await using var client = await daemon.ConnectAsync();
        var session = await client.CreateAsync(daemon.Shell("a", "read x; exit 37"));
        var keeper = await daemon.KeeperPidAsync();

        var failed = await daemon.CliAsync("daemon", "upgrade", "--from", stub);

        Assert.Equal(70, failed.ExitCode);
        Assert.Contains("(UPGRADE_FAILED)", failed.Error, StringComparison.Ordinal);
        Assert.Contains(reason, failed.Error, StringComparison.Ordinal);
        if (how == "exit")
            Assert.Contains("does not like it here", failed.Error, StringComparison.Ordinal);
        var status = await daemon.StatusAsync();
        Assert.Equal("undone", status.GetProperty("upgrade").GetProperty("state").GetString());
        Assert.Equal(ProductBinaries.Cli, Programs.ProgramOf(status.GetProperty("daemon_pid").GetInt32()));
        Assert.Equal(keeper, status.GetProperty("keeper_pid").GetInt32());
        // The client that was connected all the time came back by itself.
        Assert.Equal(session.Pid, (await client.InspectAsync("a")).Pid);
        (await daemon.CliAsync("send", "a", "--enter", "go")).Succeeded();
        Assert.Equal(37, (await daemon.CliAsync("wait", "a", "--exit")).ExitCode);
    }

    [Fact]
    public async Task Programs_that_were_replaced_at_their_own_path_have_a_way_back_too()
    {
        await using var daemon = new DaemonProcess(("HOLDFAST_TEST_STUB", "exit"));
        var installed = Programs.Copy(daemon, "bin");
        var stub = Programs.CopyWithStub(daemon, "new");
        daemon.Program = Path.Combine(installed, "holdfast");
        await using var client = await daemon.ConnectAsync();
        var session = await client.CreateAsync(daemon.Shell("a", "read x; exit 37"));
        // As an installation does it: the new file takes the name, the old one lives on without.
        foreach (var file in Directory.EnumerateFiles(Path.GetDirectoryName(stub)!, Path.GetFileName(stub) + "*").Where(f => f != stub))
            File.Move(file, Path.Combine(installed, Path.GetFileName(file)));
        File.Move(stub, daemon.Program, overwrite: true);
        daemon.Program = ProductBinaries.Cli;

        var failed = await daemon.CliAsync("daemon", "upgrade", "--from", installed);

        Assert.Equal(70, failed.ExitCode);
        Assert.Contains("exit code 1", failed.Error, StringComparison.Ordinal);
        Assert.Equal(Path.Combine(installed, "holdfast") + " (deleted)", Programs.ProgramOf(await daemon.DaemonPidAsync()));
        Assert.Equal(session.Pid, (await client.InspectAsync("a")).Pid);
        // The file that is gone serves on after a crash as well.
        await daemon.KillDaemonAsync();
        Assert.Equal(session.Pid, (await client.InspectAsync("a")).Pid);
    }
}
