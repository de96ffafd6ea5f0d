using System.Diagnostics;
using System.Globalization;
using Holdfast.Client;
using Holdfast.DaemonRpc.Lifecycle;

namespace Holdfast.Bench;

/// <summary>
/// A daemon of its own in private directories, and the programs that are measured. Made for one kind of measurement; disposing ends
/// its daemon and everything in it.
/// </summary>
internal sealed class Sandbox : IAsyncDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("hf-bench-").FullName;

    private readonly (string Name, string Value)[] _more;

    private Sandbox(string raw, string holdfast, (string Name, string Value)[] more) => (Raw, Holdfast, _more) = (raw, holdfast, more);

    public string Raw { get; }

    public string Holdfast { get; }

    public string Place => _directory;

    /// <param name="more">Variables of the daemon beside the usual ones.</param>
    public static Sandbox Create(params (string Name, string Value)[] more) =>
        new(Required("BENCH_RAW"), Path.Combine(Required("HOLDFAST_BIN"), "holdfast"), more);

    public static string Required(string variable) =>
        System.Environment.GetEnvironmentVariable(variable) ?? throw new InvalidOperationException($"{variable} is not set: use bench/run");

    /// <summary>A FIFO: the producer begins when it is opened for writing.</summary>
    public async Task<string> GateAsync()
    {
        var gate = Path.Combine(_directory, "gate");
        if (!File.Exists(gate))
            await RunAsync("mkfifo", gate);
        return gate;
    }

    public Process Start(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, UseShellExecute = false };
        foreach (var (name, value) in Variables)
            start.Environment[name] = value;
        return Process.Start(start)!;
    }

    /// <summary>Its standard output; a failure of the program is an exception.</summary>
    public async Task<string> RunAsync(string program, params string[] arguments)
    {
        using var process = Start(program, arguments);
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return process.ExitCode == 0
            ? output
            : throw new InvalidOperationException($"{program} {string.Join(' ', arguments)} ended with {process.ExitCode}");
    }

    public Task<string> HoldfastAsync(params string[] arguments) => RunAsync(Holdfast, arguments);

    /// <summary>The nanoseconds that `raw` prints, one a line, in microseconds.</summary>
    public async Task<IEnumerable<double>> MicrosecondsAsync(params string[] arguments) =>
        (await RunAsync(Raw, arguments)).Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => double.Parse(line, CultureInfo.InvariantCulture) / 1000);

    public DaemonPaths Paths => DaemonPaths.From(name => Variables.GetValueOrDefault(name) ?? System.Environment.GetEnvironmentVariable(name));

    public Task<HoldfastClient> ConnectAsync(bool readOnReceiveLoop = false, int ackThreshold = 100) => HoldfastClient.ConnectAsync(new HoldfastClientOptions
    {
        Paths = Paths,
        ReadOnReceiveLoop = readOnReceiveLoop,
        AckThreshold = ackThreshold,
        Acknowledges = ackThreshold > 0,
    });

    public async ValueTask DisposeAsync()
    {
        await HoldfastAsync("daemon", "stop", "--kill-sessions");
        Directory.Delete(_directory, recursive: true);
    }

    public IReadOnlyDictionary<string, string> Environment => Variables;

    private Dictionary<string, string> Variables
    {
        get
        {
            var variables = new Dictionary<string, string>(StringComparer.Ordinal)
            {
                ["HOLDFAST_RUNTIME_DIR"] = Path.Combine(_directory, "run"),
                ["HOLDFAST_STATE_DIR"] = Path.Combine(_directory, "state"),
                ["HOLDFAST_CONFIG"] = Path.Combine(_directory, "config.json"),
                ["TERM"] = "xterm",
            };
            foreach (var (name, value) in _more)
                variables[name] = value;
            return variables;
        }
    }
}
