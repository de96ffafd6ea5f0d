using System.Diagnostics;
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

    [Fact]
    public async Task A_command_that_the_fallback_ran_is_not_run_again_by_a_daemon_that_hung()
    {
        var pid = await _place.DaemonPidAsync();
        ToolPlace.Signal(pid, Signals.Stop);
        _place.Set("FALLBACK", "1");
        _place.Set("HANDSHAKE_MS", "300");
        var done = await _place.RunAsync("exit", "4");
        Assert.Equal((4, "bye\n"), (done.ExitCode, done.Error));
        ToolPlace.Signal(pid, Signals.Continue);
        // Who comes after that client is served after it.
        Assert.Equal(pid, await _place.DaemonPidAsync());
        Assert.DoesNotContain(await _place.Control().StatusAsync(Cancel) ?? [], f => f is { Key: "served", Value: "3" });
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

    [Theory]
    [InlineData("size=64k", 0, "")]
    [InlineData("size=64k,nr_inodes=4", 69, "the disk is full")]
    [InlineData("ro", 77, "PERMISSION_DENIED")]
    public async Task A_full_disk_costs_the_log_and_not_the_tool_and_is_named_where_it_does(string options, int exitCode, string told)
    {
        var parent = Directory.CreateDirectory(_place.Place.Parent, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute).FullName;
        await ToolPlace.ShellAsync($"mount -t tmpfs -o mode=700,{options} tmpfs {parent}");
        try
        {
            await ToolPlace.ShellAsync($"cat /dev/zero > {parent}/filler; touch {parent}/b {parent}/c; true");
            var result = await _place.RunAsync("exit", "0");
            Assert.Equal(exitCode, result.ExitCode);
            Assert.Contains(told, result.Error, StringComparison.Ordinal);
            var daemons = _place.Daemons();
            Assert.Equal(exitCode == 0 ? 1 : 0, daemons.Count);
            var stopped = await _place.RunAsync("daemon", "stop");
            Assert.True(stopped.ExitCode == 0, stopped.Error);
            foreach (var pid in daemons)
                await ToolPlace.EndOfAsync(pid);
        }
        finally
        {
            await ToolPlace.ShellAsync($"umount -l {parent}");
        }
    }

    [Fact]
    public async Task Daemons_of_several_ids_live_side_by_side_each_private_and_told_who_it_is()
    {
        var first = await _place.DaemonPidAsync();
        _place.Set("ID", "other");
        var second = await _place.DaemonPidAsync();
        Assert.NotEqual(first, second);
        Assert.True(ToolPlace.IsAlive(first));
        var other = DaemonPlace.For("other", _place.Place.Parent);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(other.Socket));
        foreach (var directory in (string[])[other.Parent, other.Directory])
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(directory));
        var arguments = File.ReadAllText($"/proc/{second}/cmdline").Split('\0');
        Assert.Equal(["--daemon-id", "other", "--build-timestamp"], arguments[1..4]);
        var stop = await _place.RunAsync("daemon", "stop");
        Assert.Equal("daemon other ended\n", stop.Text);
    }

    [Fact]
    public async Task A_log_that_grows_is_put_aside_while_the_daemon_lives()
    {
        _place.Set("LOOK_MS", "50");
        var pid = await _place.DaemonPidAsync();
        Assert.Equal(0, (await _place.RunAsync("log", "1100000")).ExitCode);
        await ToolPlace.UntilAsync(() => new FileInfo(_place.Place.LogFile).Length == 0);
        Assert.Contains("serves at", File.ReadAllText(_place.Place.LogFile + ".1"), StringComparison.Ordinal);
        Assert.Equal(0, (await _place.RunAsync("log", "3")).ExitCode);
        Assert.Equal("xxx\n", _place.Log);
        Assert.Equal(pid, await _place.DaemonPidAsync());
    }

    public void Dispose() => _place.Dispose();
}
