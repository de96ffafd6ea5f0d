using System.Globalization;
using Holdfast.Bench;

if (ModelRounds.TryRun(args) is { } modelCode)
    return modelCode;
if (await RpcPeers.TryRunAsync(args) is { } code)
    return code;

// Every part has a daemon of its own; the parts may be named: idle, start, attach, echo, throughput, sdk, flow, fairness, watchers, recovery, terminal, rpc.
var parts = new (string Name, Func<Report, Task> Run)[]
{
    ("idle", IdleFigures.RunAsync),
    ("start", StartFigures.RunAsync),
    ("attach", AttachFigures.RunAsync),
    ("echo", EchoFigures.RunAsync),
    ("throughput", ThroughputFigures.RunAsync),
    ("sdk", SdkFigures.RunAsync),
    ("flow", FlowFigures.RunAsync),
    ("fairness", FairnessFigures.RunAsync),
    ("watchers", WatcherFigures.RunAsync),
    ("recovery", RecoveryFigures.RunAsync),
    ("terminal", TerminalFigures.RunAsync),
    ("rpc", RpcFigures.RunAsync),
};
var report = new Report();
foreach (var (name, run) in parts)
{
    if (args.Length == 0 || args.Contains(name))
        await run(report);
}

var load = File.ReadAllText("/proc/loadavg").Split(' ')[0];
Console.WriteLine($"# Figures, {DateTime.UtcNow.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)}\n");
Console.WriteLine($"Measured side by side in one run on {Environment.ProcessorCount} processors, load {load} at its end. Ratios and best values stand a loaded machine better than absolute ones.\n");
Console.Write(report);
return 0;
