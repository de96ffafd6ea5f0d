using Holdfast.TestKit;

namespace Holdfast.EndToEnd.Tests.Contract;

/// <summary>The completion script, loaded into the shell it is for.</summary>
public sealed class CompletionTests
{
    private const string Load = """
        holdfast() { "$HF" "$@"; }
        source <("$HF" completions bash)
        complete_line() { COMP_LINE=$1 COMP_POINT=${#1}; COMPREPLY=(); _holdfast; printf '%s\n' "${COMPREPLY[@]}"; }

        """;

    [Fact]
    public async Task Bash_completes_commands_options_and_names_of_sessions()
    {
        await using var daemon = new DaemonProcess();
        (await daemon.CliAsync("new", "worksession", "-d", "--", "cat")).Succeeded();
        var verbs = (await daemon.ShellAsync(Load + "complete_line 'holdfast att'")).Succeeded();
        Assert.Equal(("attach\n", ""), (verbs.Text, verbs.Error));
        var names = (await daemon.ShellAsync(Load + "complete_line 'holdfast attach wo'")).Succeeded();
        Assert.Equal("worksession\n", names.Text);
        var options = (await daemon.ShellAsync(Load + "complete_line 'holdfast attach --ta'; complete_line 'holdfast attach '")).Succeeded();
        Assert.StartsWith("--takeover\n", options.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("/?", options.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("bash", "complete -o default -F _holdfast holdfast")]
    [InlineData("zsh", "#compdef holdfast")]
    [InlineData("fish", "complete -f -c holdfast")]
    public async Task Each_shell_has_its_script(string shell, string line)
    {
        await using var daemon = new DaemonProcess();
        Assert.Contains(line, (await daemon.CliAsync("completions", shell)).Succeeded().Text, StringComparison.Ordinal);
    }
}
