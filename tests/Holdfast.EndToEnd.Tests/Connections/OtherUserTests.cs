using Holdfast.TestKit;

namespace Holdfast.EndToEnd.Tests.Connections;

/// <summary>Nobody else gets in. Needs root, or a sudo that asks nothing, to be somebody else.</summary>
public sealed class OtherUserTests
{
    private const string AsRoot = "if [ \"$(id -u)\" = 0 ]; then as=; else as='sudo -n'; fi\n";

    // The environment is given again: sudo drops it.
    private const string AsNobody = AsRoot + """
        nobody() { $as setpriv --reuid=65534 --regid=65534 --clear-groups env HOLDFAST_RUNTIME_DIR="$HOLDFAST_RUNTIME_DIR" HOLDFAST_STATE_DIR="$HOLDFAST_STATE_DIR" "$@"; }
        cp "$HF" reachable-holdfast

        """;

    [Fact]
    public async Task Another_user_cannot_reach_the_socket()
    {
        await using var daemon = new DaemonProcess();
        (await daemon.CliAsync("new", "mine", "-d")).Succeeded();
        var tried = await daemon.ShellAsync(AsNobody + "chmod 755 .\nnobody ./reachable-holdfast ls --json");
        Assert.Equal(77, tried.ExitCode);
        Assert.Contains("(PERMISSION_DENIED)", tried.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("mine", tried.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Another_user_is_refused_also_where_directory_socket_and_token_are_open_to_all()
    {
        await using var daemon = new DaemonProcess();
        (await daemon.CliAsync("new", "mine", "-d")).Succeeded();
        var tried = await daemon.ShellAsync(
            AsNobody + "chmod 755 . run; chmod 666 run/socket; chmod 644 run/token\ncat run/token > /dev/null && nobody cat run/token > /dev/null && nobody ./reachable-holdfast ls --json");
        Assert.Equal(77, tried.ExitCode);
        Assert.Contains("this daemon belongs to another user (PERMISSION_DENIED)", tried.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("mine", tried.Text, StringComparison.Ordinal);
        Assert.Contains("mine", (await daemon.CliAsync("ls")).Succeeded().Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("mkdir -m 700 elsewhere; ln -s elsewhere run", "is a symlink")]
    [InlineData("mkdir -m 755 run", "is open to others (mode 755)")]
    [InlineData("mkdir -m 700 run; $as chown 65534 run", "belongs to user 65534")]
    [InlineData("touch run", "is not a directory")]
    [InlineData("mkdir -m 700 elsewhere; ln -s elsewhere state", "is a symlink")]
    public async Task An_unsafe_directory_is_refused_with_what_to_do(string preparation, string why)
    {
        await using var daemon = new DaemonProcess();
        var tried = await daemon.ShellAsync(AsRoot + preparation + "\n\"$HF\" new a -d --json; code=$?; if [ -d run ]; then $as chown \"$(id -u)\" run; fi; exit $code");
        Assert.Equal(77, tried.ExitCode);
        Assert.Contains(why, tried.Error, StringComparison.Ordinal);
        Assert.Contains("hint: ", tried.Error, StringComparison.Ordinal);
        Assert.Contains("0700", tried.Error, StringComparison.Ordinal);
        Assert.Equal("RUNTIME_DIR_UNSAFE", tried.Json.GetProperty("error").GetProperty("code").GetString());
        Assert.Empty(daemon.Processes.Find());
    }
}
