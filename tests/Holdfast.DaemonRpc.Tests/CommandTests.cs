
namespace Holdfast.DaemonRpc.Tests;

/// <summary>What goes to a handler and what comes back.</summary>
public sealed class CommandTests : IDisposable
{
    private readonly ToolPlace _place = new();

    [Fact]
    public async Task The_first_call_starts_a_daemon_and_the_second_finds_it()
    {
        var first = await _place.DaemonPidAsync();
        var second = await _place.DaemonPidAsync();
        Assert.Equal(first, second);
        Assert.Equal([first], _place.Daemons());
    }

    [Fact]
    public async Task Standard_input_goes_in_as_bytes_and_comes_back_as_they_are()
    {
        var bytes = new byte[300_000];
        new Random(7).NextBytes(bytes);
        var result = await _place.RunWithInputAsync(bytes, "echo");
        Assert.True(result.ExitCode == 0, result.Error + _place.Log);
        Assert.Equal(bytes, result.Output);
    }

    [Fact]
    public async Task A_command_larger_than_the_limit_is_refused_with_its_own_code()
    {
        var result = await _place.RunWithInputAsync(new byte[1024 * 1024 + 1], "echo");
        Assert.Equal(65, result.ExitCode);
        Assert.Contains("COMMAND_TOO_LARGE", result.Error, StringComparison.Ordinal);
        Assert.Empty(_place.Daemons());
    }

    [Fact]
    public async Task Exit_code_and_standard_error_are_the_handlers()
    {
        var result = await _place.RunAsync("exit", "42");
        Assert.Equal((42, "", "bye\n"), (result.ExitCode, result.Text, result.Error));
    }

    [Fact]
    public async Task Directory_environment_and_pid_are_the_clients()
    {
        _place.Variables["TERM"] = "the-clients-own";
        using var process = _place.Start("where");
        process.StandardInput.Close();
        var result = await ToolPlace.EndAsync(process);
        Assert.Equal($"{_place.Root} the-clients-own {process.Id}\n", result.Text);
    }

    [Fact]
    public async Task A_failing_handler_tells_its_whole_chain_and_the_daemon_lives()
    {
        var pid = await _place.DaemonPidAsync();
        var result = await _place.RunAsync("throw");
        Assert.Equal(70, result.ExitCode);
        Assert.Contains("InvalidOperationException: outer\n  caused by FormatException: inner (HANDLER_FAILED)", result.Error, StringComparison.Ordinal);
        Assert.Contains(_place.Place.LogFile, result.Error, StringComparison.Ordinal);
        Assert.Equal(pid, await _place.DaemonPidAsync());
    }

    [Fact]
    public async Task Output_arrives_while_the_handler_still_works()
    {
        var fifo = _place.Fifo("step");
        using var process = _place.Start("step", fifo);
        await ToolPlace.AwaitLineAsync(process, "first");
        await File.WriteAllTextAsync(fifo, "go", TestContext.Current.CancellationToken);
        await ToolPlace.AwaitLineAsync(process, "second");
        Assert.Equal(0, (await ToolPlace.EndAsync(process)).ExitCode);
    }

    [Fact]
    public async Task A_spawned_daemon_has_no_descriptor_of_the_client_no_terminal_and_a_clean_environment()
    {
        _place.Variables["A_SECRET_OF_THE_CLIENT"] = "x";
        var result = await _place.RunAsync("self");
        var lines = result.Text.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Contains("session True terminal 0", lines);
        Assert.Contains("cwd /", lines);
        Assert.DoesNotContain("env A_SECRET_OF_THE_CLIENT", lines);
        Assert.Contains("env PATH", lines);
        Assert.DoesNotContain(lines, l => l.StartsWith("fd pipe:", StringComparison.Ordinal) && ClientsPipe(l));
        Assert.Equal(["fd /dev/null"], lines.Where(l => l == "fd /dev/null").Distinct(StringComparer.Ordinal));
        Assert.True(lines.Count(l => l == $"fd {_place.Place.LogFile}") >= 2, result.Text);
    }

    [Fact]
    public async Task The_caller_of_the_first_client_does_not_wait_for_the_daemon()
    {
        // $( ) ends when every holder of the pipe has closed it: a daemon that inherited it would hold it for hours.
        using var shell = System.Diagnostics.Process.Start(new System.Diagnostics.ProcessStartInfo("/bin/sh", ["-c", $"x=$({ToolPlace.Tool} pid 2>&1); echo \"got $x\""])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment = { ["DAEMON_RPC_DIR"] = _place.Variables["DAEMON_RPC_DIR"] },
        })!;
        var result = await ToolPlace.EndAsync(shell);
        Assert.Equal($"got {Assert.Single(_place.Daemons())}\n", result.Text);
    }

    [Fact]
    public async Task A_daemon_that_may_not_be_started_is_missed_at_once_and_a_fallback_takes_its_place()
    {
        _place.Set("NO_SPAWN", "1");
        var refused = await _place.RunAsync("exit", "4");
        Assert.Equal(69, refused.ExitCode);
        Assert.Contains("DAEMON_UNAVAILABLE", refused.Error, StringComparison.Ordinal);
        _place.Set("FALLBACK", "1");
        var done = await _place.RunAsync("exit", "4");
        Assert.Equal((4, "bye\n"), (done.ExitCode, done.Error));
        Assert.Empty(_place.Daemons());
    }

    [Fact]
    public async Task Status_stop_restart_and_logs_are_there_and_stop_never_starts_one()
    {
        Assert.Equal(3, (await _place.RunAsync("daemon", "status")).ExitCode);
        Assert.Equal("daemon test-tool does not run\n", (await _place.RunAsync("daemon", "stop")).Text);
        Assert.Empty(_place.Daemons());
        var pid = await _place.DaemonPidAsync();
        Assert.Contains($"{pid}\n", (await _place.RunAsync("daemon", "status")).Text, StringComparison.Ordinal);
        var restarted = await _place.RunAsync("daemon", "restart");
        Assert.True(restarted.ExitCode == 0, restarted.Error);
        Assert.NotEqual(pid, Assert.Single(_place.Daemons()));
        Assert.Contains("a client asked for it", (await _place.RunAsync("daemon", "logs")).Text, StringComparison.Ordinal);
        Assert.Equal("daemon test-tool ended\n", (await _place.RunAsync("daemon", "stop")).Text);
        Assert.Empty(_place.Daemons());
        Assert.False(File.Exists(_place.Place.PidFile));
    }

    public void Dispose() => _place.Dispose();

    // The test's own pipes are those that the client was given.
    private static bool ClientsPipe(string line) =>
        Directory.GetFileSystemEntries("/proc/self/fd").Any(fd => line == $"fd {new FileInfo(fd).LinkTarget}");
}
