using Holdfast.Protocol.V1;
using Holdfast.TestKit;

namespace Holdfast.EndToEnd.Tests.Upgrade;

/// <summary>A newer command line meets an older daemon.</summary>
public sealed class OlderDaemonTests
{
    [Fact]
    public async Task A_newer_command_says_so_and_does_what_it_was_asked()
    {
        var result = await ListAsync("0.0.9", autoUpgrade: false);
        Assert.Equal(0, result.ExitCode);
        Assert.Contains("version 0.0.9", result.Error, StringComparison.Ordinal);
        Assert.Contains("holdfast daemon upgrade", result.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("99.0.0")] // an older command: what is newer serves it
    [InlineData("")]       // a daemon that does not say
    public async Task Any_other_command_says_nothing(string version)
    {
        var result = await ListAsync(version, autoUpgrade: false);
        Assert.Equal((0, ""), (result.ExitCode, result.Error));
    }

    [Fact]
    public async Task Where_it_is_wished_the_newer_command_upgrades_first_and_goes_on_where_that_is_refused()
    {
        var result = await ListAsync("0.0.9", autoUpgrade: true);
        Assert.Equal(0, result.ExitCode);
        Assert.Contains("(UPGRADE_REFUSED)", result.Error, StringComparison.Ordinal);
    }

    // `ls` against a daemon of this version, which refuses to be upgraded.
    private static async Task<CliResult> ListAsync(string version, bool autoUpgrade)
    {
        using var fake = new FakeDaemon();
        File.WriteAllText(Path.Combine(fake.RuntimeDirectory, "token"), new string('0', 64));
        await using var daemon = new DaemonProcess(("HOLDFAST_RUNTIME_DIR", fake.RuntimeDirectory));
        if (autoUpgrade)
            daemon.Variables["HOLDFAST_AUTO_UPGRADE"] = "1";
        await using var list = daemon.StartCli("ls");
        using var connection = await fake.AcceptSilentlyAsync();
        await connection.WelcomeAsync(version);
        if (autoUpgrade)
        {
            using var second = await fake.AcceptSilentlyAsync();
            await second.WelcomeAsync(version);
            var asked = await second.ExpectAsync(Envelope.BodyOneofCase.Upgrade);
            Assert.Equal(ProductBinaries.Cli, asked.Upgrade.Daemon);
            var refusal = new Error { Code = ErrorCode.UpgradeRefused, Message = "not today" };
            await second.SendAsync(new Envelope { RequestId = asked.RequestId, Error = refusal });
        }
        var request = await connection.ExpectAsync(Envelope.BodyOneofCase.List);
        await connection.SendAsync(new Envelope { RequestId = request.RequestId, ListAnswer = new ListAnswer() });
        return await list.EndAsync();
    }
}
