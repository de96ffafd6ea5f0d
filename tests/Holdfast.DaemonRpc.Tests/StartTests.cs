using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using Holdfast.DaemonRpc.Lifecycle;
using Holdfast.Linux.Processes;

namespace Holdfast.DaemonRpc.Tests;

/// <summary>One daemon, whatever was left behind; and a start that fails says why.</summary>
public sealed class StartTests : IDisposable
{
    private readonly ToolPlace _place = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Fifty_first_clients_at_once_start_one_daemon_and_all_are_served()
    {
        var results = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => _place.RunAsync("pid")));
        Assert.All(results, r => Assert.True(r.ExitCode == 0, r.Error + _place.Log));
        Assert.Single(results.Select(r => r.Text).Distinct(StringComparer.Ordinal));
        Assert.Single(_place.Log.Split('\n'), l => l.Contains("serves at", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_stale_socket_and_a_pid_file_with_a_foreign_pid_do_not_block_a_start_and_kill_nobody()
    {
        using var bystander = Process.Start("/bin/sleep", ["1000"]);
        try
        {
            _place.Place.Ensure();
            using (var dead = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified))
                dead.Bind(new UnixDomainSocketEndPoint(_place.Place.Socket));
            Assert.True(ProcessFacts.TryRead(bystander.Id, out var facts));
            new PidRecord(bystander.Id, facts.StartTime, "old").Write(_place.Place.PidFile);
            // Where the socket's file outlived the class library's own clean-up or not: both must do.
            var pid = await _place.DaemonPidAsync();
            Assert.NotEqual(bystander.Id, pid);
            Assert.False(bystander.HasExited);
            Assert.Equal(pid, PidRecord.TryRead(_place.Place.PidFile)?.Pid);
        }
        finally
        {
            bystander.Kill();
        }
    }

    [Fact]
    public async Task The_socket_of_a_killed_daemon_does_not_block_the_next_start()
    {
        var pid = await _place.DaemonPidAsync();
        ToolPlace.Signal(pid, Signals.Kill);
        await ToolPlace.EndOfAsync(pid);
        Assert.True(File.Exists(_place.Place.Socket));
        Assert.NotEqual(pid, await _place.DaemonPidAsync());
    }

    [Fact]
    public async Task Of_a_daemon_that_hangs_only_the_proven_process_is_killed()
    {
        var pid = await _place.DaemonPidAsync();
        var own = PidRecord.TryRead(_place.Place.PidFile)!;
        using var bystander = Process.Start("/bin/sleep", ["1000"]);
        try
        {
            ToolPlace.Signal(pid, Signals.Stop);
            var control = new Client.DaemonControl(_place.Place, TimeSpan.FromMilliseconds(300), TimeSpan.FromSeconds(5));
            Assert.True(ProcessFacts.TryRead(bystander.Id, out var facts));
            foreach (var forged in (PidRecord[])[new(bystander.Id, facts.StartTime, ""), new(pid, own.StartTime - 1, ""), new(1, 0, ""), new(-1, 0, "")])
            {
                forged.Write(_place.Place.PidFile);
                var refused = await Assert.ThrowsAsync<Client.DaemonException>(() => control.StopAsync(Cancel));
                Assert.Equal("DAEMON_UNRESPONSIVE", refused.Code);
                Assert.Contains("does not name its process", refused.Message, StringComparison.Ordinal);
            }
            Assert.False(bystander.HasExited);
            Assert.True(ToolPlace.IsAlive(pid));
            own.Write(_place.Place.PidFile);
            Assert.Equal(Client.StopResult.Killed, await control.StopAsync(Cancel));
            Assert.False(ToolPlace.IsAlive(pid));
        }
        finally
        {
            bystander.Kill();
        }
        Assert.NotEqual(pid, await _place.DaemonPidAsync());
    }

    [Fact]
    public async Task A_daemon_that_dies_at_its_start_is_told_with_its_own_words_and_its_log()
    {
        _place.Set("START", "die");
        var result = await _place.RunAsync("pid");
        Assert.Equal(69, result.ExitCode);
        Assert.Contains("DAEMON_START_FAILED", result.Error, StringComparison.Ordinal);
        Assert.Contains("the license has run out", result.Error, StringComparison.Ordinal);
        Assert.Contains(_place.Place.LogFile, result.Error, StringComparison.Ordinal);
        _place.Variables.Remove("DAEMON_RPC_TEST_START");
        await _place.DaemonPidAsync();
    }

    [Fact]
    public async Task A_daemon_that_never_answers_is_given_up_with_a_clear_word()
    {
        _place.Set("START", "hang");
        _place.Set("HANDSHAKE_MS", "500");
        var result = await _place.RunAsync("pid");
        Assert.Equal(69, result.ExitCode);
        Assert.Contains("DAEMON_UNRESPONSIVE", result.Error, StringComparison.Ordinal);
        Assert.Contains(_place.Place.LogFile, result.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("HTTP/1.1 400 Bad Request\r\n\r\n", "WIRE_")]
    [InlineData("\0\0\0\u0001\u0063", "WIRE_UNKNOWN_KIND")]
    public async Task Whoever_answers_garbage_is_no_daemon(string garbage, string code)
    {
        _place.Place.Ensure();
        using var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(_place.Place.Socket));
        listener.Listen();
        var run = _place.RunAsync("pid");
        using var client = await listener.AcceptAsync(Cancel);
        await client.SendAsync(System.Text.Encoding.Latin1.GetBytes(garbage), Cancel);
        var result = await run;
        Assert.Equal(76, result.ExitCode);
        Assert.Contains(code, result.Error, StringComparison.Ordinal);
        Assert.True(File.Exists(_place.Place.Socket), "a socket that answers is never unlinked");
    }

    [Fact]
    public async Task A_directory_that_is_open_to_others_is_refused()
    {
        Directory.CreateDirectory(_place.Place.Parent, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.OtherRead);
        var result = await _place.RunAsync("pid");
        Assert.Equal(77, result.ExitCode);
        Assert.Contains("RUNTIME_DIR_UNSAFE", result.Error, StringComparison.Ordinal);
        Assert.Contains("DAEMON_RPC_DIR", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_directory_that_cannot_be_made_is_named()
    {
        // A file where a directory belongs stops root as well.
        File.WriteAllText(_place.Place.Parent, "");
        var result = await _place.RunAsync("pid");
        Assert.Equal(77, result.ExitCode);
        Assert.Contains(_place.Place.Parent, result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_path_too_long_for_a_socket_is_refused_before_anything_is_made()
    {
        _place.Variables["DAEMON_RPC_DIR"] = Path.Combine(_place.Root, new string('x', 120));
        var result = await _place.RunAsync("pid");
        Assert.Equal(77, result.ExitCode);
        Assert.Contains("SOCKET_PATH_TOO_LONG", result.Error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_place.Variables["DAEMON_RPC_DIR"]));
    }

    [Fact]
    public async Task A_client_of_another_build_replaces_the_daemon_exactly_once()
    {
        _place.Set("BUILD", "one");
        var old = await _place.DaemonPidAsync();
        _place.Set("BUILD", "two");
        var results = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => _place.RunAsync("pid")));
        Assert.All(results, r => Assert.True(r.ExitCode == 0, r.Error + _place.Log));
        var now = int.Parse(Assert.Single(results.Select(r => r.Text).Distinct(StringComparer.Ordinal)), CultureInfo.InvariantCulture);
        Assert.NotEqual(old, now);
        Assert.False(ToolPlace.IsAlive(old));
        Assert.Equal(2, _place.Log.Split('\n').Count(l => l.Contains("serves at", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_replaced_daemon_ends_its_running_command_first()
    {
        _place.Set("BUILD", "one");
        var fifo = _place.Fifo("step");
        using var running = _place.Start("step", fifo);
        await ToolPlace.AwaitLineAsync(running, "first");
        var old = Assert.Single(_place.Daemons());
        _place.Set("BUILD", "two");
        var next = _place.RunAsync("pid");
        await File.WriteAllTextAsync(fifo, "go", Cancel);
        var ended = await ToolPlace.EndAsync(running);
        Assert.Equal((0, "second\n"), (ended.ExitCode, ended.Text));
        Assert.NotEqual($"{old}\n", (await next).Text);
    }

    [Fact]
    public async Task Without_leave_to_start_one_a_daemon_of_another_build_is_left_alone()
    {
        _place.Set("BUILD", "one");
        var pid = await _place.DaemonPidAsync();
        _place.Set("BUILD", "two");
        _place.Set("NO_SPAWN", "1");
        var result = await _place.RunAsync("pid");
        Assert.Equal(76, result.ExitCode);
        Assert.Contains("VERSION_CONFLICT", result.Error, StringComparison.Ordinal);
        Assert.True(ToolPlace.IsAlive(pid));
    }

    public void Dispose() => _place.Dispose();
}
