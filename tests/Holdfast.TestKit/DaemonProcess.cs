using System.Diagnostics;
using System.Text.Json;
using Holdfast.Client;
using Holdfast.DaemonRpc.Lifecycle;
using Holdfast.Protocol.V1;

namespace Holdfast.TestKit;

/// <summary>
/// A private daemon of the real binaries: its own runtime and state directories, started by the first command that needs one. Owned by one
/// test. Disposing stops it as a user would, demands that no process of it is left, and kills what is left all the same.
/// </summary>
public sealed class DaemonProcess : IAsyncDisposable
{
    /// <summary>Generous: a loaded machine with two cores must not fail a test.</summary>
    public static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);

    private readonly Dictionary<string, string> _environment = new(StringComparer.Ordinal);

    public DaemonProcess(params IReadOnlyList<(string Name, string Value)> variables)
    {
        // Short, because a socket's address is.
        Directory = System.IO.Directory.CreateTempSubdirectory("hf-").FullName;
        foreach (var name in (string[])["PATH", "LANG", "USER"])
        {
            if (Environment.GetEnvironmentVariable(name) is { } value)
                _environment[name] = value;
        }
        _environment["HOME"] = Directory;
        _environment["SHELL"] = "/bin/sh";
        _environment["TERM"] = "xterm-256color";
        _environment["HOLDFAST_RUNTIME_DIR"] = Path.Combine(Directory, "run");
        _environment["HOLDFAST_STATE_DIR"] = Path.Combine(Directory, "state");
        _environment["HOLDFAST_CONFIG"] = Path.Combine(Directory, "config.json");
        // A test that kills daemons again and again must not wait for the ladder.
        _environment["HOLDFAST_RESTART_DELAYS_MS"] = "0";
        foreach (var (name, value) in variables)
            _environment[name] = value;
        Paths = DaemonPaths.From(_environment.GetValueOrDefault);
        Processes = new OwnedProcesses(Directory);
    }

    /// <summary>The command line that is run, and from whose directory a daemon is started.</summary>
    public string Program { get; set; } = ProductBinaries.Cli;

    /// <summary>Everything of it lies below, and is deleted in the end.</summary>
    public string Directory { get; }

    public DaemonPaths Paths { get; }

    public OwnedProcesses Processes { get; }

    /// <summary>What the command line is run with; tests may add to it before they run it.</summary>
    public IDictionary<string, string> Variables => _environment;

    public string DaemonLog => File.Exists(Paths.DaemonLog) ? File.ReadAllText(Paths.DaemonLog) : "";

    public string KeeperLog => File.Exists(Paths.KeeperLog) ? File.ReadAllText(Paths.KeeperLog) : "";

    /// <summary>Runs the command line to its end.</summary>
    public async Task<CliResult> CliAsync(params IReadOnlyList<string> arguments)
    {
        await using var running = StartCli(arguments);
        running.Input.Close();
        return await running.EndAsync();
    }

    /// <summary>Runs the command line and feeds its standard input.</summary>
    public async Task<CliResult> CliAsync(ReadOnlyMemory<byte> input, params IReadOnlyList<string> arguments)
    {
        await using var running = StartCli(arguments);
        var end = running.EndAsync();
        await running.Input.WriteAsync(input);
        running.Input.Close();
        return await end;
    }

    public RunningCli StartCli(params IReadOnlyList<string> arguments) => Start([Program, .. arguments]);

    /// <summary>Runs another program with this daemon's environment, in its directory.</summary>
    public RunningCli StartProgram(params IReadOnlyList<string> command) => Start(command);

    /// <summary>Runs a shell script with this daemon's environment, $HF being the command line.</summary>
    public async Task<CliResult> ShellAsync(string script)
    {
        await using var running = Start(["/bin/bash", "-c", script]);
        running.Input.Close();
        return await running.EndAsync();
    }

    /// <summary>Starts a daemon where none runs, and connects to it with the .NET SDK.</summary>
    public async Task<HoldfastClient> ConnectAsync()
    {
        (await CliAsync("daemon", "start")).Succeeded();
        return await ConnectOnlyAsync();
    }

    /// <summary>Connects with the .NET SDK to the daemon that is there.</summary>
    public Task<HoldfastClient> ConnectOnlyAsync() => HoldfastClient.ConnectAsync(
        new HoldfastClientOptions { Paths = Paths, ConnectDeadline = Deadline, ReconnectDeadline = Deadline });

    public async Task<JsonElement> StatusAsync() => (await CliAsync("daemon", "status", "--json")).Succeeded().Json;

    public async Task<int> DaemonPidAsync() => (await StatusAsync()).GetProperty("daemon_pid").GetInt32();

    public async Task<int> KeeperPidAsync() => (await StatusAsync()).GetProperty("keeper_pid").GetInt32();

    /// <summary>Kills the daemon with SIGKILL; returns the dead one's pid.</summary>
    public async Task<int> KillDaemonAsync()
    {
        var pid = await DaemonPidAsync();
        OwnedProcesses.Kill(pid);
        return pid;
    }

    /// <summary>Kills the keeper with SIGKILL; returns the dead one's pid.</summary>
    public async Task<int> KillKeeperAsync()
    {
        var pid = await KeeperPidAsync();
        OwnedProcesses.Kill(pid);
        return pid;
    }

    /// <summary>A request for a session that runs this script in /bin/sh with a usual environment.</summary>
    public CreateRequest Shell(string name, string script)
    {
        var request = new CreateRequest { Name = name, Cwd = Directory, Command = { "/bin/sh", "-c", script } };
        request.Environment["PATH"] = Environment.GetEnvironmentVariable("PATH") ?? "/usr/bin:/bin";
        request.Environment["HOME"] = Directory;
        return request;
    }

    public async ValueTask DisposeAsync()
    {
        List<string> left;
        string said;
        try
        {
            said = await StopAsync();
        }
        finally
        {
            left = Processes.KillAll();
        }
        var logs = left.Count == 0 ? "" : $"{KeeperLog}\n{DaemonLog}";
        System.IO.Directory.Delete(Directory, recursive: true);
        if (left.Count > 0)
            throw new InvalidOperationException($"Left behind after `daemon stop --kill-sessions`:\n{string.Join('\n', left)}\n{said}\n{logs}");
    }

    // The command returns when the daemon has ended; the keeper ends after it.
    private async Task<string> StopAsync()
    {
        if (Processes.Find().Count == 0)
            return "nothing ran";
        var stopped = await CliAsync("daemon", "stop", "--kill-sessions");
        var said = $"exit code {stopped.ExitCode} {stopped.Error}";
        foreach (var pid in Processes.Find().Where(IsProduct))
        {
            var name = OwnedProcesses.NameOf(pid);
            try
            {
                await OwnedProcesses.EndOfAsync(pid);
            }
            catch (TimeoutException e)
            {
                throw new InvalidOperationException($"{pid} {name} did not end after `daemon stop`: {said}\n{KeeperLog}\n{DaemonLog}", e);
            }
        }
        return said;
    }

    private static bool IsProduct(int pid)
    {
        try
        {
            return File.ResolveLinkTarget($"/proc/{pid}/exe", returnFinalTarget: false)?.FullName is { } program
                && Path.GetFileName(program.Split(' ')[0]) is "holdfast" or "holdfast-keeper";
        }
        catch (IOException)
        {
            // It ended meanwhile.
            return false;
        }
    }

    private RunningCli Start(IReadOnlyList<string> command)
    {
        var start = new ProcessStartInfo(command[0]) { WorkingDirectory = Directory };
        foreach (var argument in command.Skip(1))
            start.ArgumentList.Add(argument);
        start.Environment.Clear();
        foreach (var (name, value) in _environment)
            start.Environment[name] = value;
        start.Environment["HF"] = Program;
        return new RunningCli(start);
    }
}
