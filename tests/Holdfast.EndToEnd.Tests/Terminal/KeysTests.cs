using Holdfast.TestKit;

namespace Holdfast.EndToEnd.Tests.Terminal;

/// <summary>Keys are heard whatever the attached client waits for: a terminal that takes nothing, a daemon that is away, a program that reads nothing.</summary>
public sealed class KeysTests
{
    private const string Detach = "\u001c";
    private const int StopSignal = 19;
    private const int ContinueSignal = 18;
    private const ulong Flooded = 1 << 20;

    [Fact]
    public async Task A_terminal_that_takes_nothing_still_interrupts_the_program_that_floods_it()
    {
        await using var daemon = new DaemonProcess();
        await using var client = await daemon.ConnectAsync();
        await client.CreateAsync(daemon.Shell("work", "trap 'exit 7' INT; echo begun; while :; do echo flood; done"));
        using var terminal = new UnreadTerminal(daemon, "attach", "work");
        terminal.ReadUntil("flood");
        var seen = (await client.InspectAsync("work")).Head;
        while ((await client.InspectAsync("work")).Head < seen + Flooded)
            Assert.Equal(Protocol.V1.SessionState.Running, (await client.InspectAsync("work")).State);

        terminal.Type("\u0003");

        Assert.Equal(7, (await client.WaitForExitAsync("work").WaitAsync(DaemonProcess.Deadline)).Exit.Code);
        terminal.ReadUntil("[holdfast: work ended with exit code 7]");
    }

    [Fact]
    public async Task While_the_daemon_is_away_keys_are_kept_for_it_and_the_detach_key_detaches()
    {
        await using var daemon = new DaemonProcess();
        await using var client = await daemon.ConnectAsync();
        await client.CreateAsync(daemon.Shell("work", "stty -echo; echo begun; read line; echo \"got $line\"; exec cat"));
        using var terminal = new UnreadTerminal(daemon, "attach", "work");
        terminal.ReadUntil("begun");
        var keeper = await daemon.KeeperPidAsync();
        var pid = await daemon.DaemonPidAsync();
        // Nobody brings the daemon back until the keeper goes on.
        OwnedProcesses.Signal(keeper, StopSignal);
        OwnedProcesses.Kill(pid);
        terminal.ReadUntil("[holdfast: the daemon is away; waiting for it]");
        terminal.Type("typed\r");
        OwnedProcesses.Signal(keeper, ContinueSignal);
        terminal.ReadUntil("got typed");

        pid = await daemon.DaemonPidAsync();
        OwnedProcesses.Signal(keeper, StopSignal);
        OwnedProcesses.Kill(pid);
        terminal.ReadUntil("[holdfast: the daemon is away; waiting for it]");
        terminal.Type(Detach);
        terminal.ReadUntil("[holdfast: detached from work]");
        OwnedProcesses.Signal(keeper, ContinueSignal);
    }

    [Fact]
    public async Task A_program_that_reads_nothing_keeps_nobody_from_detaching()
    {
        await using var daemon = new DaemonProcess();
        await using var client = await daemon.ConnectAsync();
        await client.CreateAsync(daemon.Shell("work", "stty raw -echo; echo begun; while :; do sleep 1000; done"));
        using var terminal = new UnreadTerminal(daemon, "attach", "work");
        terminal.ReadUntil("begun");
        for (var i = 0; i < 20; i++)
            terminal.Type(new string('x', 1000));
        terminal.Type(Detach);
        terminal.ReadUntil("[holdfast: detached from work]");
    }
}
