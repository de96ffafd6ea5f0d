using System.Diagnostics;
using System.Globalization;

namespace Holdfast.Bench;

/// <summary>Processor time for each GiB that reaches sixteen observers and an owner, beside tmux with sixteen control clients. Stateless.</summary>
internal static class WatcherFigures
{
    private const int Watchers = 16;
    private const long Produced = 64L << 20;

    // Every newline of the producer's 64-byte lines becomes two bytes in the terminal.
    private const long Delivered = Produced / 64 * 65;
    private const double GiB = 1L << 30;
    private const double TicksPerSecond = 100;

    // All processes together used no processor in this time: everything has arrived.
    private static readonly TimeSpan Quiet = TimeSpan.FromSeconds(1);

    public static async Task RunAsync(Report report)
    {
        await using var box = Sandbox.Create();
        var holdfast = await HoldfastAsync(box);
        var tmux = await TmuxAsync(box);
        report.Ratio($"processor time for each GiB to {Watchers} observers and an owner", holdfast, tmux, $"tmux, {Watchers} control clients", "s", 0.5);
    }

    private static async Task<double> HoldfastAsync(Sandbox box)
    {
        var gate = await box.GateAsync();
        await box.HoldfastAsync("new", "w", "-d", "--", "/bin/sh", "-c", $"'{box.Raw}' produce {Produced} {gate}; exec cat");
        await using var client = await box.ConnectAsync();
        var readers = Enumerable.Range(0, Watchers + 1).Select(_ => Start(box, $"exec '{box.Holdfast}' tail w")).ToList();
        while ((await client.InspectAsync("w")).Clients < Watchers + 1)
            await Task.Yield();
        var seconds = await MeasureAsync(gate, [(await client.StatusAsync()).DaemonPid, .. readers.Select(r => r.Id)]);
        var missed = (await client.StatusAsync()).GapBytes;
        await client.KillAsync("w");
        return seconds / (((Delivered * (Watchers + 1)) - (double)missed) / GiB);
    }

    private static async Task<double> TmuxAsync(Sandbox box)
    {
        var gate = await box.GateAsync();
        var tmux = $"tmux -L hf-bench-{Environment.ProcessId} -f /dev/null";
        await box.RunAsync("/bin/sh", "-c", $"{tmux} new -d -s w \"'{box.Raw}' produce {Produced} {gate}; exec cat\"");
        var server = int.Parse(await box.RunAsync("/bin/sh", "-c", $"{tmux} display -p '#{{pid}}'"), CultureInfo.InvariantCulture);
        var readers = Enumerable.Range(0, Watchers).Select(_ => Start(box, $"exec {tmux} -C attach -t w")).ToList();
        while ((await box.RunAsync("/bin/sh", "-c", $"{tmux} list-clients")).Split('\n', StringSplitOptions.RemoveEmptyEntries).Length < Watchers)
            await Task.Yield();
        var seconds = await MeasureAsync(gate, [server, .. readers.Select(r => r.Id)]);
        await box.RunAsync("/bin/sh", "-c", $"{tmux} kill-server");
        // In its favour: as if every byte had reached every client.
        return seconds / (Delivered * Watchers / GiB);
    }

    private static Process Start(Sandbox box, string command)
    {
        var start = new ProcessStartInfo("/bin/sh", ["-c", command + " > /dev/null"]) { RedirectStandardInput = true, UseShellExecute = false };
        foreach (var (name, value) in box.Environment)
            start.Environment[name] = value;
        return Process.Start(start)!;
    }

    private static async Task<double> MeasureAsync(string gate, int[] pids)
    {
        var before = Ticks(pids);
        await using (await Task.Run(() => new FileStream(gate, FileMode.Open, FileAccess.Write)))
        {
            var last = before;
            while (true)
            {
                await Task.Delay(Quiet);
                var now = Ticks(pids);
                if (now - last <= 1 && now > before + 5)
                    return (now - before) / TicksPerSecond;
                last = now;
            }
        }
    }

    // utime and stime, the fourteenth and fifteenth field, counted behind the name.
    private static long Ticks(int[] pids) => pids.Sum(pid =>
    {
        var fields = File.ReadAllText($"/proc/{pid}/stat").Split(')')[^1].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return long.Parse(fields[11], CultureInfo.InvariantCulture) + long.Parse(fields[12], CultureInfo.InvariantCulture);
    });
}
