using System.Diagnostics;
using Holdfast.TestKit;

namespace Holdfast.EndToEnd.Tests.Crash;

/// <summary>Machines that behave as few do: a file system that does not answer, a first process that does not reap.</summary>
public sealed class OddMachineTests
{
    [Fact]
    public async Task A_working_directory_on_a_hung_mount_holds_up_only_the_client_that_named_it()
    {
        await using var daemon = new DaemonProcess();
        (await daemon.CliAsync("new", "before", "-d")).Succeeded();
        var there = Directory.CreateDirectory(Path.Combine(daemon.Directory, "hung")).FullName;
        // Nobody reads the descriptor, so nothing on this file system is ever answered until its last holder is gone.
        using var mount = await HungMountAsync(there);
        try
        {
            await using var hung = daemon.StartCli("new", "hung", "-d", "--cwd", there);
            var refused = hung.EndAsync();
            // The look at the directory takes five seconds: all of these are done in the midst of it.
            (await daemon.CliAsync("new", "beside", "-d", "--", "sh", "-c", "exit 3")).Succeeded();
            Assert.Equal(3, (await daemon.CliAsync("wait", "beside", "--exit")).ExitCode);
            (await daemon.CliAsync("send", "before", "--enter", "exit 4")).Succeeded();
            Assert.Equal(4, (await daemon.CliAsync("wait", "before", "--exit")).ExitCode);
            Assert.False(refused.IsCompleted);
            var end = await refused;
            Assert.Equal(75, end.ExitCode);
            Assert.Contains("SPAWN_TIMEOUT", end.Error, StringComparison.Ordinal);
            Assert.DoesNotContain("hung", (await daemon.CliAsync("ls")).Succeeded().Text, StringComparison.Ordinal);
        }
        finally
        {
            await RunAsync("umount", "-l", there);
            mount.Kill();
            await mount.WaitForExitAsync();
        }
    }

    [Fact]
    public async Task Where_the_first_process_does_not_reap_dead_daemons_and_keepers_are_replaced_all_the_same()
    {
        await using var daemon = new DaemonProcess();
        // `sleep` is the first process of its pid namespace, and never waits for a child.
        using var container = Process.Start(new ProcessStartInfo(
            "unshare", ["--pid", "--fork", "--kill-child", "--mount-proc", "sh", "-c", "echo up; exec sleep infinity"]) { RedirectStandardOutput = true, UseShellExecute = false })!;
        try
        {
            Assert.Equal("up", await container.StandardOutput.ReadLineAsync());
            var inside = $"nsenter --target $(cat /proc/{container.Id}/task/{container.Id}/children) --pid --mount --";
            (await daemon.ShellAsync($"{inside} \"$HF\" new a -d -- sh -c 'read x; exit 5'")).Succeeded();
            for (var round = 0; round < 3; round++)
            {
                (await daemon.ShellAsync($"{inside} sh -c {Quote(KillAndAwaitAnother("keeper_pid"))}")).Succeeded();
                (await daemon.ShellAsync($"{inside} sh -c {Quote(KillAndAwaitAnother("daemon_pid"))}")).Succeeded();
            }
            (await daemon.ShellAsync($"{inside} \"$HF\" send a --enter on")).Succeeded();
            var waited = await daemon.ShellAsync($"{inside} \"$HF\" wait a --exit");
            // The program's parent was killed: where the kernel does not tell the code by pidfd, it is known to be lost.
            Assert.True(waited.ExitCode == 5 || waited.Error.Contains("EXIT_STATUS_LOST", StringComparison.Ordinal), waited.Error);
            (await daemon.ShellAsync($"{inside} \"$HF\" new b -d -- sh -c 'exit 6'")).Succeeded();
            Assert.Equal(6, (await daemon.ShellAsync($"{inside} \"$HF\" wait b --exit")).ExitCode);
            (await daemon.ShellAsync($"{inside} \"$HF\" daemon stop --kill-sessions")).Succeeded();
        }
        finally
        {
            container.Kill(entireProcessTree: true);
            await container.WaitForExitAsync();
        }
    }

    // Asks until another one answers; each question is an answered request, so nothing here waits by time.
    private static string KillAndAwaitAnother(string which) =>
        $"pid() {{ \"$HF\" daemon status --json | sed -n 's/.*\"{which}\": *\\([0-9]*\\).*/\\1/p'; }}; "
        + "old=$(pid); [ -n \"$old\" ] || exit 1; kill -9 $old; new=$old; while [ \"$new\" = \"$old\" ] || [ -z \"$new\" ]; do new=$(pid); done";

    private static string Quote(string script) => $"'{script.Replace("'", "'\\''", StringComparison.Ordinal)}'";

    private static async Task<Process> HungMountAsync(string there)
    {
        const string Script = "exec 3<>/dev/fuse; mount -i -t fuse hung \"$0\" -o fd=3,rootmode=40000,user_id=0,group_id=0 && echo up; exec sleep infinity";
        var mount = Process.Start(new ProcessStartInfo("bash", ["-c", Script, there]) { RedirectStandardOutput = true, UseShellExecute = false })!;
        Assert.Equal("up", await mount.StandardOutput.ReadLineAsync());
        return mount;
    }

    private static async Task RunAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(program, arguments);
        await process.WaitForExitAsync();
        Assert.Equal(0, process.ExitCode);
    }
}
