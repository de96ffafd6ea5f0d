using System.Text.Json;
using Holdfast.Cli.Output;
using Holdfast.Protocol.V1;

namespace Holdfast.Pure.Tests.Cli;

/// <summary>The keys of --json are a contract.</summary>
public sealed class JsonShapeTests
{
    [Fact]
    public void A_row_of_ls_has_exactly_the_keys_of_the_contract()
    {
        var json = JsonSerializer.Serialize([SessionRow.Of(new SessionInfo { Name = "work" })], JsonShapes.Default.SessionRowArray);
        using var document = JsonDocument.Parse(json);
        var row = document.RootElement[0];
        Assert.Equal(
            [
                "name", "id", "state", "pid", "command", "cwd", "cols", "rows", "created_at", "exited_at", "exit_code", "exit_signal", "owner",
                "clients", "observers", "head", "retained_from", "title", "recovered", "failure",
            ],
            row.EnumerateObject().Select(p => p.Name));
        foreach (var unknown in new[] { "pid", "cwd", "created_at", "exited_at", "exit_code", "exit_signal", "owner", "title", "recovered", "failure" })
            Assert.Equal(JsonValueKind.Null, row.GetProperty(unknown).ValueKind);
    }

    [Fact]
    public void An_exit_is_a_code_or_a_signal()
    {
        var coded = SessionRow.Of(new SessionInfo { State = SessionState.Exited, Exit = new ExitStatus { Code = 3 }, ExitedAtMs = 1 });
        Assert.Equal((3, null, "exited", "1970-01-01T00:00:00.001Z"), (coded.ExitCode, coded.ExitSignal, coded.State, coded.ExitedAt));
        var signalled = SessionRow.Of(new SessionInfo { Exit = new ExitStatus { Signal = 9 } });
        Assert.Equal((null, 9), (signalled.ExitCode, signalled.ExitSignal));
    }

    [Fact]
    public void Info_adds_to_the_row()
    {
        var json = JsonSerializer.Serialize(SessionDetails.Of(new SessionInfo { Name = "work", RingBytes = 4 }), JsonShapes.Default.SessionDetails);
        using var document = JsonDocument.Parse(json);
        Assert.Equal("work", document.RootElement.GetProperty("name").GetString());
        Assert.Equal(4, document.RootElement.GetProperty("ring_bytes").GetInt32());
        Assert.Equal("gap", document.RootElement.GetProperty("overflow").GetString());
    }

    [Fact]
    public void The_status_speaks_in_snake_case_and_seconds()
    {
        var json = JsonSerializer.Serialize(StatusRow.Of(new StatusAnswer { DaemonPid = 1, UptimeMs = 1500 }), JsonShapes.Default.StatusRow);
        using var document = JsonDocument.Parse(json);
        var keys = document.RootElement.EnumerateObject().Select(p => p.Name).ToArray();
        foreach (var key in new[] { "daemon_pid", "keeper_pid", "version", "build", "uptime_s", "sessions", "clients", "socket", "restarts" })
            Assert.Contains(key, keys);
        Assert.Equal(1.5, document.RootElement.GetProperty("uptime_s").GetDouble());
    }

    [Fact]
    public void A_failure_is_an_error_object()
    {
        var json = JsonSerializer.Serialize(new ErrorDocument(new ErrorRow("SESSION_GONE", "m", "h")), JsonShapes.Default.ErrorDocument);
        Assert.Equal("""{"error":{"code":"SESSION_GONE","message":"m","hint":"h"}}""", json);
    }
}
