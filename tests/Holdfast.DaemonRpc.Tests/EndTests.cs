using Holdfast.DaemonRpc.Client;
using Holdfast.Linux.Processes;

namespace Holdfast.DaemonRpc.Tests;

/// <summary>Commands, clients and daemons that end before their time; and what waits for whom.</summary>
public sealed class EndTests : IDisposable
{
    private readonly ToolPlace _place = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_daemon_killed_in_the_middle_of_a_stream_ends_the_client_with_its_code_and_the_next_call_works()
    {
        using var client = _place.Start("stream", "100000000000");
        var some = new byte[1024 * 1024];
        await client.StandardOutput.BaseStream.ReadExactlyAsync(some, Cancel);
        var pid = Assert.Single(_place.Daemons());
        ToolPlace.Signal(pid, Signals.Kill);
        var result = await ToolPlace.EndAsync(client);
        Assert.Equal(71, result.ExitCode);
        Assert.Contains("DAEMON_LOST", result.Error, StringComparison.Ordinal);
        Assert.Contains(_place.Place.LogFile, result.Error, StringComparison.Ordinal);
        Assert.NotEqual(pid, await _place.DaemonPidAsync());
    }

    [Fact]
    public async Task A_killed_client_cancels_its_command()
    {
        var fifo = _place.Fifo("when");
        using var client = _place.Start("wait", fifo);
        await ToolPlace.AwaitLineAsync(client, "begun");
        // The handler writes nothing: only its token can tell it.
        // Opening it waits for the other side.
        var told = Task.Run(() => File.ReadAllText(fifo), Cancel);
        client.Kill();
        Assert.NotEmpty(await told.WaitAsync(ToolPlace.Patience, Cancel));
    }

    [Fact]
    public async Task A_client_killed_in_the_middle_of_a_stream_ends_the_handler_that_waits_for_it_to_read()
    {
        _place.Set("CONCURRENT", "1");
        using var client = _place.Start("stream", "100000000000");
        await client.StandardOutput.BaseStream.ReadExactlyAsync(new byte[1024 * 1024], Cancel);
        var pid = Assert.Single(_place.Daemons());
        client.Kill();
        // There is one turn: it is free again.
        Assert.Equal(pid, await _place.DaemonPidAsync());
        Assert.Contains(await _place.Control().StatusAsync(Cancel) ?? [], f => f is { Key: "abandoned", Value: "0" });
    }

    [Fact]
    public async Task A_stopped_client_does_not_keep_its_turn_when_the_time_of_its_command_is_over()
    {
        _place.Set("CONCURRENT", "1");
        // Long enough for a command that is served, on a loaded machine too.
        _place.Set("COMMAND_MS", "3000");
        _place.Set("ABANDON_MS", "200");
        _place.Set("QUEUE_MS", "30000");
        using var client = _place.Start("stream", "100000000000");
        await client.StandardOutput.BaseStream.ReadExactlyAsync(new byte[1024 * 1024], Cancel);
        ToolPlace.Signal(client.Id, Signals.Stop);
        await _place.DaemonPidAsync();
        Assert.Contains("does not read", _place.Log, StringComparison.Ordinal);
        client.Kill();
    }

    [Fact]
    public async Task Output_that_cannot_be_written_ends_the_command_with_its_own_code()
    {
        using var shell = System.Diagnostics.Process.Start(new System.Diagnostics.ProcessStartInfo("/bin/sh", ["-c", $"{ToolPlace.Tool} stream 100000000000 > /dev/full"])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment = { ["DAEMON_RPC_DIR"] = _place.Variables["DAEMON_RPC_DIR"] },
        })!;
        var result = await ToolPlace.EndAsync(shell);
        Assert.Equal(74, result.ExitCode);
        Assert.Contains("ENOSPC (OUTPUT_FAILED)", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_interrupt_cancels_the_command_and_the_client_says_so_by_its_code()
    {
        using var client = _place.Start("wait");
        await ToolPlace.AwaitLineAsync(client, "begun");
        var pid = Assert.Single(_place.Daemons());
        ToolPlace.Signal(client.Id, Signals.Int);
        Assert.Equal(130, (await ToolPlace.EndAsync(client)).ExitCode);
        Assert.Equal(pid, await _place.DaemonPidAsync());
    }

    [Fact]
    public async Task A_handler_that_ignores_its_cancellation_is_abandoned_and_the_daemon_goes_on()
    {
        _place.Set("ABANDON_MS", "200");
        _place.Set("CONCURRENT", "1");
        using var client = _place.Start("deaf");
        await ToolPlace.AwaitLineAsync(client, "begun");
        ToolPlace.Signal(client.Id, Signals.Int);
        var result = await ToolPlace.EndAsync(client);
        Assert.Equal(130, result.ExitCode);
        Assert.Contains("ABANDONED", result.Error, StringComparison.Ordinal);
        Assert.Contains("was abandoned", _place.Log, StringComparison.Ordinal);
        // Its turn is free again, though it was the only one.
        await _place.DaemonPidAsync();
    }

    [Fact]
    public async Task A_second_interrupt_leaves_at_once()
    {
        using var client = _place.Start("deaf");
        await ToolPlace.AwaitLineAsync(client, "begun");
        ToolPlace.Signal(client.Id, Signals.Int);
        // The same signal twice at once is one signal: the second is sent when the first was seen to do its work.
        while (!client.HasExited && ProcessFacts.TryRead(client.Id, out var facts) && !facts.IsDead)
        {
            if (PidFd.TryOpen(client.Id, out var process) != Linux.Errno.None)
                break;
            using (process)
                process!.Send(Signals.Int);
            await Task.Yield();
        }
        var result = await ToolPlace.EndAsync(client);
        Assert.NotEqual(0, result.ExitCode);
        Assert.DoesNotContain("ABANDONED", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_command_longer_than_its_deadline_is_ended()
    {
        _place.Set("COMMAND_MS", "100");
        var result = await _place.RunAsync("wait");
        Assert.Equal(124, result.ExitCode);
        Assert.Contains("COMMAND_TIMEOUT", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_command_that_gets_no_turn_in_time_is_told_so()
    {
        _place.Set("CONCURRENT", "1");
        _place.Set("QUEUE_MS", "100");
        using var first = _place.Start("wait");
        await ToolPlace.AwaitLineAsync(first, "begun");
        var result = await _place.RunAsync("pid");
        Assert.Equal(75, result.ExitCode);
        Assert.Contains("BUSY", result.Error, StringComparison.Ordinal);
        first.Kill();
    }

    [Fact]
    public async Task Where_too_many_wait_already_a_command_is_refused_at_once()
    {
        _place.Set("CONCURRENT", "1");
        _place.Set("QUEUED", "0");
        using var first = _place.Start("wait");
        await ToolPlace.AwaitLineAsync(first, "begun");
        var result = await _place.RunAsync("pid");
        Assert.Equal(75, result.ExitCode);
        Assert.Contains("wait already (BUSY)", result.Error, StringComparison.Ordinal);
        first.Kill();
    }

    [Fact]
    public async Task Commands_take_turns_and_all_are_served()
    {
        _place.Set("CONCURRENT", "2");
        var results = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => _place.RunAsync("exit", $"{i}")));
        Assert.Equal(Enumerable.Range(0, 20), results.Select(r => r.ExitCode));
    }

    [Fact]
    public async Task A_daemon_that_nobody_needs_ends_by_itself_and_leaves_nothing_that_blocks()
    {
        _place.Set("IDLE_MS", "200");
        var pid = await _place.DaemonPidAsync();
        await ToolPlace.EndOfAsync(pid);
        Assert.Contains("nobody needed it", _place.Log, StringComparison.Ordinal);
        Assert.False(File.Exists(_place.Place.Socket));
        Assert.False(File.Exists(_place.Place.PidFile));
        await _place.DaemonPidAsync();
    }

    [Fact]
    public async Task A_daemon_with_a_running_command_is_not_idle()
    {
        var idle = TimeSpan.FromMilliseconds(200);
        _place.Set("IDLE_MS", $"{idle.TotalMilliseconds:0}");
        // One that takes itself for idle would otherwise wait for the command.
        _place.Set("DRAIN_MS", "1");
        var fifo = _place.Fifo("step");
        using var running = _place.Start("step", fifo);
        await ToolPlace.AwaitLineAsync(running, "first");
        var end = ToolPlace.EndOfAsync(Assert.Single(_place.Daemons()));
        await Assert.ThrowsAsync<TimeoutException>(() => end.WaitAsync(5 * idle, Cancel));
        await File.WriteAllTextAsync(fifo, "go", Cancel);
        Assert.Equal("second\n", (await ToolPlace.EndAsync(running)).Text);
        await end;
    }

    [Fact]
    public async Task A_daemon_whose_socket_was_removed_gives_way_to_the_next_one()
    {
        var pid = await _place.DaemonPidAsync();
        File.Delete(_place.Place.Socket);
        Assert.NotEqual(pid, await _place.DaemonPidAsync());
        await ToolPlace.EndOfAsync(pid);
    }

    [Fact]
    public async Task A_daemon_whose_directory_was_removed_ends_by_itself()
    {
        _place.Set("LOOK_MS", "50");
        var pid = await _place.DaemonPidAsync();
        Directory.Delete(_place.Place.Parent, recursive: true);
        await ToolPlace.EndOfAsync(pid);
        await _place.DaemonPidAsync();
    }

    [Fact]
    public async Task A_daemon_that_waits_for_its_commands_is_not_taken_for_one_that_does_not_run()
    {
        using var running = _place.Start("wait");
        await ToolPlace.AwaitLineAsync(running, "begun");
        var pid = Assert.Single(_place.Daemons());
        ToolPlace.Signal(pid, Signals.Term);
        await ToolPlace.UntilAsync(() => !File.Exists(_place.Place.Socket));
        _place.Set("START_MS", "300");
        var refused = await _place.RunAsync("pid");
        Assert.Equal(75, refused.ExitCode);
        Assert.Contains("DAEMON_STOPPING", refused.Error, StringComparison.Ordinal);
        var control = new DaemonControl(_place.Place, TimeSpan.FromSeconds(10), TimeSpan.FromMilliseconds(300));
        Assert.Equal(StopResult.Killed, await control.StopAsync(Cancel));
        Assert.False(ToolPlace.IsAlive(pid));
        Assert.Equal(71, (await ToolPlace.EndAsync(running)).ExitCode);
    }

    [Fact]
    public async Task A_daemon_told_to_end_lets_its_commands_end_first_and_who_comes_meanwhile_gets_the_next_one()
    {
        var fifo = _place.Fifo("step");
        using var running = _place.Start("step", fifo);
        await ToolPlace.AwaitLineAsync(running, "first");
        var old = Assert.Single(_place.Daemons());
        ToolPlace.Signal(old, Signals.Term);
        var next = _place.RunAsync("pid");
        await File.WriteAllTextAsync(fifo, "go", Cancel);
        Assert.Equal("second\n", (await ToolPlace.EndAsync(running)).Text);
        var served = await next;
        Assert.True(served.ExitCode == 0, served.Error);
        Assert.NotEqual($"{old}\n", served.Text);
    }

    [Fact]
    public async Task Commands_that_do_not_end_within_the_time_to_drain_are_cancelled()
    {
        _place.Set("DRAIN_MS", "100");
        using var running = _place.Start("wait");
        await ToolPlace.AwaitLineAsync(running, "begun");
        var pid = Assert.Single(_place.Daemons());
        ToolPlace.Signal(pid, Signals.Term);
        Assert.Equal(130, (await ToolPlace.EndAsync(running)).ExitCode);
        await ToolPlace.EndOfAsync(pid);
    }

    public void Dispose() => _place.Dispose();
}
