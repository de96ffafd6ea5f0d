using System.Text.Json;
using Holdfast.Client;
using Holdfast.Daemon.Journal;
using Holdfast.Linux.Processes;
using Holdfast.Protocol.V1;
using Holdfast.TestKit;

namespace Holdfast.EndToEnd.Tests.Recovery;

/// <summary>Takes processes away as crashes and power failures do, and looks at what is left on disk. Stateless.</summary>
internal static class Loss
{
    /// <summary>The machine goes down at this moment and comes up again: no process is left, and nothing of the runtime directory.</summary>
    public static async Task OfTheMachineAsync(DaemonProcess daemon)
    {
        await OfDaemonAndKeeperAsync(daemon);
        daemon.Processes.KillAll();
        Directory.Delete(daemon.Paths.RuntimeDirectory, recursive: true);
    }

    /// <summary>Neither learns of the other's death: both are stopped first.</summary>
    public static async Task OfDaemonAndKeeperAsync(DaemonProcess daemon)
    {
        var status = await daemon.StatusAsync();
        int[] both = [status.GetProperty("keeper_pid").GetInt32(), status.GetProperty("daemon_pid").GetInt32()];
        foreach (var pid in both)
            OwnedProcesses.Signal(pid, Signals.Stop);
        foreach (var pid in both)
            OwnedProcesses.Kill(pid);
    }

    public static async Task<JsonElement> InfoAsync(DaemonProcess daemon, string name) => (await daemon.CliAsync("info", name, "--json")).Succeeded().Json;

    /// <summary>Asks until the fate of every session is decided.</summary>
    public static async Task<JsonElement> RecoveryAsync(DaemonProcess daemon)
    {
        (await daemon.CliAsync("ls")).Succeeded();
        using var deadline = new CancellationTokenSource(DaemonProcess.Deadline);
        while (true)
        {
            var recovery = (await daemon.StatusAsync()).GetProperty("recovery");
            if (recovery.GetProperty("pending").GetInt32() == 0)
                return recovery;
            deadline.Token.ThrowIfCancellationRequested();
        }
    }

    /// <summary>Asks until the session's screen shows this.</summary>
    public static async Task<string> ShownAsync(DaemonProcess daemon, string name, string text)
    {
        using var deadline = new CancellationTokenSource(DaemonProcess.Deadline);
        while (true)
        {
            var screen = (await daemon.CliAsync("capture", name, "--scrollback", "all")).Succeeded().Text;
            if (screen.Contains(text, StringComparison.Ordinal))
                return screen;
            if (deadline.IsCancellationRequested)
                Assert.Fail($"never shown: {text}\n{screen}");
        }
    }

    /// <summary>Asks until what the session shows now is on disk.</summary>
    public static async Task PersistedAsync(DaemonProcess daemon, string name)
    {
        using var deadline = new CancellationTokenSource(DaemonProcess.Deadline);
        while (true)
        {
            var info = await InfoAsync(daemon, name);
            var id = info.GetProperty("id").GetString()!;
            var head = info.GetProperty("head").GetUInt64();
            if (StoreOf(daemon).ScreenOffset(id) == head && StoreOf(daemon).ReadRecord(id, out _) == RecordCondition.Good)
                return;
            deadline.Token.ThrowIfCancellationRequested();
        }
    }

    public static JournalStore StoreOf(DaemonProcess daemon) => new(new LinuxDisk(), daemon.Paths.SessionsDirectory, _ => null);

    public static string DirectoryOf(DaemonProcess daemon, JsonElement info) => Path.Combine(daemon.Paths.SessionsDirectory, info.GetProperty("id").GetString()!);

    public static async Task<RecoveredEvent> RecoveredAsync(HoldfastClient client, string name)
    {
        var told = new TaskCompletionSource<RecoveredEvent>();
        client.SessionRecovered += r =>
        {
            if (r.Name == name)
                told.TrySetResult(r);
        };
        return await told.Task.WaitAsync(DaemonProcess.Deadline);
    }
}
