using System.Text.Json;
using Holdfast.Protocol.Errors;
using Holdfast.TestKit;

namespace Holdfast.EndToEnd.Tests.Contract;

/// <summary>What cannot be done is refused with a code, a hint and an exit code; with --json also as a document.</summary>
public sealed class RefusalTests(SharedDaemon shared) : IClassFixture<SharedDaemon>
{
    private readonly DaemonProcess _daemon = shared.Daemon;

    public static TheoryData<string, int, string[]> Refusals => new()
    {
        { "NAME_INVALID", 64, ["new", "-d", ""] },
        { "NAME_INVALID", 64, ["new", "-d", "two words"] },
        { "NAME_INVALID", 64, ["new", "-d", "../up"] },
        { "NAME_INVALID", 64, ["new", "-d", "a;b"] },
        { "NAME_INVALID", 64, ["new", "-d", "naïve"] },
        { "NAME_INVALID", 64, ["new", "-d", new string('n', 51)] },
        { "NAME_INVALID", 64, ["rename", "taken", "a b"] },
        { "NAME_RESERVED", 64, ["new", "-d", "daemon"] },
        { "NAME_RESERVED", 64, ["new", "-d", "tmp"] },
        { "NAME_RESERVED", 64, ["new", "-d", "Root"] },
        { "NAME_RESERVED", 64, ["new", "-d", "admin"] },
        { "NAME_RESERVED", 64, ["rename", "taken", "system"] },
        { "NAME_TAKEN", 73, ["new", "-d", "taken"] },
        { "CWD_MISSING", 73, ["new", "-d", "--cwd", "/no/such/place"] },
        { "CWD_MISSING", 73, ["new", "-d", "--cwd", "/etc/passwd"] },
        { "SHELL_NOT_FOUND", 73, ["new", "-d", "--", "no-such-program"] },
        { "SHELL_NOT_FOUND", 73, ["new", "-d", "--", "/no/such/program"] },
        { "SHELL_NOT_FOUND", 73, ["run", "--", "no-such-program"] },
        { "COMMAND_NOT_EXECUTABLE", 73, ["new", "-d", "--", "/etc/passwd"] },
        { "COMMAND_NOT_EXECUTABLE", 73, ["new", "-d", "--", "/tmp"] },
        { "SIZE_INVALID", 64, ["new", "-d", "--size", "0x0"] },
        { "SIZE_INVALID", 64, ["new", "-d", "--size", "80x0"] },
        { "SIZE_INVALID", 64, ["new", "-d", "--size", "1001x24"] },
        { "SIZE_INVALID", 64, ["new", "-d", "--size", "99999999999x24"] },
        { "SIZE_INVALID", 64, ["new", "-d", "--size", "wide"] },
        { "SIZE_INVALID", 64, ["resize", "taken", "0x24"] },
        { "RING_SIZE_INVALID", 64, ["new", "-d", "--ring", "0"] },
        { "RING_SIZE_INVALID", 64, ["new", "-d", "--ring", "100000"] },
        { "RING_SIZE_INVALID", 64, ["new", "-d", "--ring", "32K"] },
        { "RING_SIZE_INVALID", 64, ["new", "-d", "--ring", "2G"] },
        { "RING_SIZE_INVALID", 64, ["new", "-d", "--ring", "-4M"] },
        { "LIMIT_RING_BYTES", 75, ["new", "-d", "--ring", "128M"] },
        { "SESSION_GONE", 66, ["info", "nobody"] },
        { "SESSION_GONE", 66, ["kill", "nobody"] },
        { "SESSION_GONE", 66, ["tail", "nobody"] },
        { "SESSION_GONE", 66, ["history", "nobody"] },
        { "SESSION_GONE", 66, ["send", "nobody", "text"] },
        { "SESSION_GONE", 66, ["wait", "nobody", "--exit"] },
        { "SESSION_GONE", 66, ["resize", "nobody", "80x24"] },
        { "SESSION_GONE", 66, ["rename", "nobody", "somebody"] },
        { "SESSION_GONE", 66, ["signal", "nobody", "TERM"] },
        { "SIGNAL_INVALID", 64, ["signal", "taken", "NOSUCH"] },
        { "SIGNAL_INVALID", 64, ["signal", "taken", "99"] },
        { "OFFSET_NOT_HELD", 65, ["tail", "taken", "--from", "123456789"] },
        { "OFFSET_NOT_HELD", 65, ["history", "taken", "--from", "123456789"] },
        { "NOT_A_TERMINAL", 64, ["attach", "taken"] },
        { "NOT_A_TERMINAL", 64, ["new", "fresh"] },
        { "SESSIONS_ALIVE", 75, ["daemon", "stop"] },
        { "TIMEOUT", 124, ["wait", "taken", "--exit", "--timeout", "0"] },
        { "USAGE", 64, ["no-such-verb"] },
        { "USAGE", 64, ["new", "--no-such-option"] },
        { "USAGE", 64, ["new", "--"] },
        { "USAGE", 64, ["wait", "taken"] },
        { "USAGE", 64, ["kill"] },
        { "USAGE", 64, ["history", "taken", "--from", "9", "--to", "2"] },
        { "USAGE", 64, ["tail", "taken", "--from", "nowhere"] },
        { "USAGE", 64, ["wait", "taken", "--exit", "--timeout", "-1"] },
    };

    [Theory]
    [InlineData("See `holdfast vt snapshot --help`.", "vt", "snapshot", "--size", "80x24")]
    [InlineData("See `holdfast ls --help`.", "ls", "--colour")]
    public async Task A_slip_is_answered_with_the_way_to_the_commands_own_help(string hint, params string[] typed)
    {
        var refused = await _daemon.CliAsync(typed);
        Assert.Equal(64, refused.ExitCode);
        Assert.EndsWith($"hint: {hint}\n", refused.Error, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Refusals))]
    public async Task A_refusal_has_code_hint_and_exit_code(string code, int exitCode, string[] arguments)
    {
        var refused = await _daemon.CliAsync(arguments);
        Assert.Equal(exitCode, refused.ExitCode);
        Assert.Empty(refused.Output);
        var lines = refused.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.StartsWith("holdfast: ", lines[0], StringComparison.Ordinal);
        Assert.EndsWith($" ({code})", lines[0], StringComparison.Ordinal);
        Assert.Equal(2, lines.Length);
        Assert.StartsWith("hint: ", lines[1], StringComparison.Ordinal);
        Assert.Contains(ErrorRegistry.All, e => e.Name == code && e.ExitCode == exitCode);
        Assert.Single((await _daemon.CliAsync("ls", "--json")).Succeeded().Json.EnumerateArray());
    }

    [Theory]
    [InlineData("SESSION_GONE", 66, "info", "nobody", "--json")]
    [InlineData("NAME_INVALID", 64, "new", "a b", "-d", "--json")]
    [InlineData("USAGE", 64, "ls", "--json", "--no-such-option")]
    public async Task With_json_a_refusal_is_also_a_document_on_standard_output(string code, int exitCode, params string[] arguments)
    {
        var refused = await _daemon.CliAsync(arguments);
        Assert.Equal(exitCode, refused.ExitCode);
        var error = refused.Json.GetProperty("error");
        Assert.Equal(["code", "message", "hint"], error.EnumerateObject().Select(p => p.Name));
        Assert.Equal(code, error.GetProperty("code").GetString());
        Assert.Equal(JsonValueKind.String, error.GetProperty("hint").ValueKind);
        Assert.Contains($"({code})", refused.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_missing_shell_and_a_script_without_its_interpreter_are_named()
    {
        var shell = await _daemon.ShellAsync("SHELL=/no/such/shell \"$HF\" new -d");
        Assert.Equal(73, shell.ExitCode);
        Assert.Contains("'/no/such/shell' was not found (SHELL_NOT_FOUND)", shell.Error, StringComparison.Ordinal);
        var script = await _daemon.ShellAsync("printf '#!/no/such/interpreter\\n' > script; chmod +x script; \"$HF\" new -d -- ./script");
        Assert.Equal(73, script.ExitCode);
        Assert.Contains("(COMMAND_NOT_EXECUTABLE)", script.Error, StringComparison.Ordinal);
        Assert.Contains("interpreter", script.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_nearest_name_is_suggested()
    {
        Assert.Contains("Did you mean taken?", (await _daemon.CliAsync("info", "takne")).Error, StringComparison.Ordinal);
        Assert.DoesNotContain("Did you mean", (await _daemon.CliAsync("info", "something-else")).Error, StringComparison.Ordinal);
        Assert.Contains("Did you mean `holdfast attach`?", (await _daemon.CliAsync("atach")).Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_argument_that_the_kernel_cannot_pass_on_is_refused_with_its_reason()
    {
        await using var client = await _daemon.ConnectOnlyAsync();
        var request = _daemon.Shell("long", "true");
        request.Command.Add(new string('x', 128 * 1024));
        var refused = await Assert.ThrowsAsync<Holdfast.Protocol.HoldfastException>(() => client.CreateAsync(request));
        Assert.Equal(Holdfast.Protocol.V1.ErrorCode.ArgumentsTooLong, refused.Code);
    }
}
