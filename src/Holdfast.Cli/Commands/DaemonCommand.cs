using System.CommandLine;
using System.Text;
using Holdfast.Cli.Output;
using Holdfast.Cli.Sessions;
using Holdfast.Client;
using Holdfast.Linux.Events;
using Holdfast.Linux.Processes;
using Holdfast.Protocol;
using Holdfast.Protocol.V1;

namespace Holdfast.Cli.Commands;

/// <summary>`daemon`: starts, stops, restarts, upgrades and shows the daemon. One per command line.</summary>
internal sealed class DaemonCommand : Command
{
    // The daemon has answered; what is left is its exit.
    private static readonly TimeSpan EndDeadline = TimeSpan.FromSeconds(10);

    public DaemonCommand()
        : base("daemon", "The daemon behind the sessions. It is started by itself with the first session.\n\n  holdfast daemon status\n  holdfast daemon stop --kill-sessions")
    {
        Subcommands.Add(Simple("start", "Start the daemon and wait until it answers.", StartAsync));
        Subcommands.Add(Stop());
        Subcommands.Add(Simple("restart", "Replace the daemon by a new one; sessions and attached clients go on.", RestartAsync));
        Subcommands.Add(Simple("status", "Show the daemon; never starts one.", StatusAsync));
        Subcommands.Add(new UpgradeCommand());
        Subcommands.Add(Run());
    }

    private static Command Simple(string name, string description, Func<bool, CancellationToken, Task<int>> run)
    {
        var json = CommonOptions.Json();
        var command = new Command(name, $"{description}\n\n  holdfast daemon {name}");
        command.Options.Add(json);
        command.SetAction((parsed, cancellation) => run(parsed.GetValue(json), cancellation));
        return command;
    }

    private static Command Stop()
    {
        var kill = new Option<bool>("--kill-sessions") { Description = "End all sessions first" };
        var keep = new Option<bool>("--keep-sessions") { Description = "Leave them with the keeper; a program waits after about 20 KB of output until the next client starts a daemon" };
        var command = new Command("stop", "Stop the daemon. With live sessions it must be said what becomes of them.\n\n  holdfast daemon stop --kill-sessions");
        command.Options.Add(kill);
        command.Options.Add(keep);
        command.Options.Add(CommonOptions.Json());
        command.SetAction((parsed, cancellation) => (parsed.GetValue(kill), parsed.GetValue(keep)) switch
        {
            (true, true) => throw new HoldfastException(ErrorCode.Usage, "give --kill-sessions or --keep-sessions, not both"),
            (true, _) => StopAsync(StopMode.StopKillSessions, cancellation),
            (_, true) => StopAsync(StopMode.StopKeepSessions, cancellation),
            _ => StopAsync(StopMode.StopIfIdle, cancellation),
        });
        return command;
    }

    private static Command Run()
    {
        var command = new Command("run", "Be the daemon. The keeper calls this.") { Hidden = true, TreatUnmatchedTokensAsErrors = false };
        command.SetAction(parsed => DaemonEntry.Run([.. parsed.UnmatchedTokens]));
        return command;
    }

    private static async Task<int> StartAsync(bool json, CancellationToken cancellation)
    {
        await using var client = await DaemonAccess.StartAsync(cancellation);
        return Show(await client.StatusAsync(cancellation), json);
    }

    private static async Task<int> StatusAsync(bool json, CancellationToken cancellation)
    {
        await using var client = await DaemonAccess.FindAsync(reconnect: true, cancellation)
            ?? throw new HoldfastException(ErrorCode.DaemonUnavailable, "no daemon is running");
        return Show(await client.StatusAsync(cancellation), json);
    }

    private static async Task<int> StopAsync(StopMode mode, CancellationToken cancellation)
    {
        await using var client = await DaemonAccess.FindAsync(reconnect: false, cancellation);
        if (client is null)
        {
            StandardOutput.WriteErrorLine("holdfast: no daemon is running");
            return 0;
        }

        using var process = ProcessOf(client);
        await client.StopAsync(mode, cancellation);
        await EndAsync(client, process, cancellation);
        if (mode == StopMode.StopKeepSessions)
            StandardOutput.WriteErrorLine("holdfast: the sessions are with the keeper; a program that prints waits after about 20 KB until the next client starts a daemon");
        return 0;
    }

    private static async Task<int> RestartAsync(bool json, CancellationToken cancellation)
    {
        var former = 0;
        await using (var client = await DaemonAccess.FindAsync(reconnect: false, cancellation))
        {
            if (client is not null)
            {
                former = client.Daemon.DaemonPid;
                using var process = ProcessOf(client);
                await client.StopAsync(StopMode.StopRestart, cancellation);
                await EndAsync(client, process, cancellation);
            }
        }

        while (true)
        {
            await using var next = await DaemonAccess.StartAsync(cancellation);
            if (next.Daemon.DaemonPid != former)
                return Show(await next.StatusAsync(cancellation), json);
        }
    }

    // Null where its pid means nothing here, as from within a container.
    private static PidFd? ProcessOf(HoldfastClient client)
    {
        _ = PidFd.TryOpen(client.Daemon.DaemonPid, out var process);
        return process;
    }

    // Its connections end a moment before the process does, and whoever stops a daemon may want to replace its files or count processes.
    private static async Task EndAsync(HoldfastClient client, PidFd? process, CancellationToken cancellation)
    {
        try
        {
            await client.Ended.WaitAsync(EndDeadline, cancellation);
            if (process is not null)
                AwaitExit(process);
        }
        catch (TimeoutException e)
        {
            throw new HoldfastException(ErrorCode.Timeout, "the daemon agreed to stop but has not ended", null, e);
        }
    }

    private static void AwaitExit(PidFd process)
    {
        var until = Environment.TickCount64 + (long)EndDeadline.TotalMilliseconds;
        // A signal ends a wait early, and says nothing of the process.
        while (DescriptorPoll.Wait([new PollEntry(process.Fd.Number, Readiness.Readable)], (int)Math.Max(0, until - Environment.TickCount64)) == 0)
        {
            if (Environment.TickCount64 >= until)
                throw new TimeoutException();
        }
    }

    private static int Show(StatusAnswer status, bool json)
    {
        if (json)
            JsonOutput.Write(StatusRow.Of(status), JsonShapes.Default.StatusRow);
        else
            StandardOutput.Write(Encoding.UTF8.GetBytes(Text(status)));
        return 0;
    }

    private static string Text(StatusAnswer s) =>
        $"""
        daemon        {s.DaemonPid}, version {s.Version}, up {Age.Text(TimeSpan.FromMilliseconds(s.UptimeMs))}, {s.Restarts} restarts
        keeper        {s.KeeperPid}, {s.KeeperRestarts} restarts
        sessions      {s.Sessions}
        clients       {s.Clients}
        output        {s.OutputBytes} bytes, by {s.Transfer}; {s.Gaps} gaps, {s.GapBytes} bytes
        recovered     {s.RecoveredBytes} bytes; {RecoveryText(s.Recovery ?? new RecoveryFacts())}
        journal       {JournalText(s.Journal ?? new JournalFacts())}
        socket        {s.Socket}
        state         {s.StateDir}
        log           {s.Log}

        """;

    private static string RecoveryText(RecoveryFacts r) =>
        $"sessions: {r.Alive} alive, {r.Restored} restored, {r.Exited} exited, {r.Zombie} zombie, {r.Unrecoverable} unrecoverable"
        + (r.Pending == 0 ? "" : $", {r.Pending} pending");

    private static string JournalText(JournalFacts j) => j.Degraded ? $"degraded ({j.Reason})" : $"ok, {j.Bytes} bytes written";
}
