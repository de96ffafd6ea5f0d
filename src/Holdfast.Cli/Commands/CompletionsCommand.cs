using System.CommandLine;
using System.Text;
using Holdfast.Cli.Output;

namespace Holdfast.Cli.Commands;

/// <summary>`completions`: the script by which a shell asks this program what may follow. One per command line.</summary>
internal sealed class CompletionsCommand : Command
{
    private const string Bash = """
        _holdfast() {
            local IFS=$'\n'
            COMPREPLY=($(holdfast "[suggest:${COMP_POINT}]" "${COMP_LINE}" 2>/dev/null))
        }
        complete -o default -F _holdfast holdfast

        """;

    private const string Zsh = """
        #compdef holdfast
        _holdfast() {
            local -a suggestions
            suggestions=("${(@f)$(holdfast "[suggest:$CURSOR]" "$BUFFER" 2>/dev/null)}")
            compadd -- $suggestions
        }
        # Sourced, it registers itself; autoloaded from $fpath, this file is the function's first call.
        if [[ ${funcstack[1]} == _holdfast ]]; then _holdfast; else compdef _holdfast holdfast; fi

        """;

    private const string Fish = """
        complete -f -c holdfast -a '(holdfast "[suggest:"(commandline -C)"]" (commandline -p) 2>/dev/null)'

        """;

    public CompletionsCommand()
        : base("completions", "Print a completion script: commands, options and session names.\n\n  source <(holdfast completions bash)\n  holdfast completions zsh > ~/.zfunc/_holdfast\n  holdfast completions fish > ~/.config/fish/completions/holdfast.fish")
    {
        var shell = new Argument<string>("SHELL") { Description = "bash, zsh or fish" };
        shell.AcceptOnlyFromAmong("bash", "zsh", "fish");
        Arguments.Add(shell);
        SetAction(parsed => Run(parsed.GetRequiredValue(shell)));
    }

    private static int Run(string shell)
    {
        StandardOutput.Write(Encoding.UTF8.GetBytes(shell switch
        {
            "zsh" => Zsh,
            "fish" => Fish,
            _ => Bash,
        }));
        return 0;
    }
}
