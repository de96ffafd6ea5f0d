using System.Globalization;
using Holdfast.DaemonRpc;
using Holdfast.DaemonRpc.Client;
using Holdfast.DaemonRpc.Hosting;
using Holdfast.DaemonRpc.Server;
using Holdfast.DaemonRpc.Tool;
using Holdfast.DaemonRpc.Version;
using Microsoft.Extensions.Hosting;

// What the tests vary: their names begin with DAEMON_RPC_, so a daemon inherits them.
static string? Setting(string name) => Environment.GetEnvironmentVariable($"DAEMON_RPC_TEST_{name}");

static TimeSpan Milliseconds(string name, int otherwise) =>
    TimeSpan.FromMilliseconds(Setting(name) is { } text ? int.Parse(text, CultureInfo.InvariantCulture) : otherwise);

// A daemon that does not live up to its start.
if (LaunchArguments.TryParse(args) is not null && Setting("START") is { } start)
{
    if (start == "die")
    {
        Console.Error.WriteLine("the license has run out");
        return 3;
    }
    Thread.CurrentThread.Join();
}

// As where another version won the race to start the daemon.
if (Setting("SPAWNED_BUILD") is { } other && Array.IndexOf(args, "--build-timestamp") is >= 0 and var at)
    args[at + 1] = other;

var client = new DaemonClientOptions
{
    DaemonId = Setting("ID") ?? "test-tool",
    BuildTimestamp = Setting("BUILD") ?? BuildStamp.OfThisProgram(),
    NoSpawn = Setting("NO_SPAWN") is not null,
    Fallback = Setting("FALLBACK") is not null ? new ToolHandler() : null,
    HandshakeTimeout = Milliseconds("HANDSHAKE_MS", 30_000),
    StartDeadline = Milliseconds("START_MS", 30_000),
    MaxCommandBytes = 1024 * 1024,
};
var server = new DaemonServerOptions
{
    IdleTimeout = Milliseconds("IDLE_MS", 600_000),
    AbandonAfter = Milliseconds("ABANDON_MS", 5_000),
    DrainTimeout = Milliseconds("DRAIN_MS", 10_000),
    QueueDeadline = Milliseconds("QUEUE_MS", 60_000),
    HandshakeTimeout = Milliseconds("CLIENT_MS", 30_000),
    LookInterval = Milliseconds("LOOK_MS", 30_000),
    MaxQueuedCommands = Setting("QUEUED") is { } queued ? int.Parse(queued, CultureInfo.InvariantCulture) : 256,
    MaxConcurrentCommands = Setting("CONCURRENT") is { } most ? int.Parse(most, CultureInfo.InvariantCulture) : 64,
    CommandDeadline = Setting("COMMAND_MS") is null ? null : Milliseconds("COMMAND_MS", 0),
    MaxCommandBytes = 1024 * 1024,
};
if (Setting("HOST") is not null && LaunchArguments.TryParse(args) is { } hosted)
{
    var builder = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings { ContentRootPath = AppContext.BaseDirectory });
    builder.Services.AddDaemonServer<ToolHandler>(hosted, server);
    await builder.Build().RunAsync();
    return 0;
}
return await DaemonProgram.RunAsync(args, client, () => new ToolHandler(), server, readStandardInput: args is ["echo", ..]);
