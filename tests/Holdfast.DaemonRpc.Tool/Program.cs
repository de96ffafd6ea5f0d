using System.Globalization;
using Holdfast.DaemonRpc;
using Holdfast.DaemonRpc.Client;
using Holdfast.DaemonRpc.Server;
using Holdfast.DaemonRpc.Tool;
using Holdfast.DaemonRpc.Version;

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

var client = new DaemonClientOptions
{
    DaemonId = "test-tool",
    BuildTimestamp = Setting("BUILD") ?? BuildStamp.OfThisProgram(),
    NoSpawn = Setting("NO_SPAWN") is not null,
    Fallback = Setting("FALLBACK") is not null ? new ToolHandler() : null,
    HandshakeTimeout = Milliseconds("HANDSHAKE_MS", 30_000),
    StartDeadline = TimeSpan.FromSeconds(30),
    MaxCommandBytes = 1024 * 1024,
};
var server = new DaemonServerOptions
{
    IdleTimeout = Milliseconds("IDLE_MS", 600_000),
    AbandonAfter = Milliseconds("ABANDON_MS", 5_000),
    DrainTimeout = Milliseconds("DRAIN_MS", 10_000),
    QueueDeadline = Milliseconds("QUEUE_MS", 60_000),
    MaxConcurrentCommands = Setting("CONCURRENT") is { } most ? int.Parse(most, CultureInfo.InvariantCulture) : 64,
    CommandDeadline = Setting("COMMAND_MS") is null ? null : Milliseconds("COMMAND_MS", 0),
    MaxCommandBytes = 1024 * 1024,
};
return await DaemonProgram.RunAsync(args, client, () => new ToolHandler(), server, readStandardInput: args is ["echo", ..]);
