using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Parsing;
using Holdfast.Cli.Commands;
using Holdfast.Cli.Output;
using Holdfast.Cli.Sessions;
using Holdfast.Protocol;
using Holdfast.Protocol.V1;

namespace Holdfast.Cli;

/// <summary>
/// One run of the command line: splits off the program to start, parses the rest, runs the verb, turns failures into messages and exit codes.
/// Made by Main, main thread, lives as long as the process.
/// </summary>
internal sealed class CommandLine
{
    private const string Separator = "--";

    private static readonly InvocationConfiguration Quiet = new()
    {
        // Failures are reported here, in one form; and a signal ends a command as it ends any program.
        EnableDefaultExceptionHandler = false,
        ProcessTerminationTimeout = null,
    };

    private static readonly ParserConfiguration Literal = new()
    {
        // `send NAME @all` is text, not the name of a file with more arguments.
        ResponseFileTokenReplacer = null,
    };

    private readonly string[] _args;
    private readonly RootCommand _root;
    private readonly bool _json;

    public CommandLine(string[] args)
    {
        // Only these take a program after `--`; elsewhere `--` means what it means to every parser.
        var separator = args is ["new" or "run", ..] ? Array.IndexOf(args, Separator) : -1;
        string[]? program = separator < 0 ? null : args[(separator + 1)..];
        _args = separator < 0 ? args : args[..separator];
        _json = _args.Contains("--json");
        _root = Build(program);
    }

    public int Run()
    {
        try
        {
            var parsed = _root.Parse(_args, Literal);
            if (parsed.Errors.Count > 0 && !AsksForHelp(parsed))
                throw new HoldfastException(ErrorCode.Usage, MessageFor(parsed), HintFor(parsed));
            RefuseMistypedOption(parsed);
            return parsed.Invoke(Quiet);
        }
        catch (Exception e) when (Unwrapped(e) is HoldfastException)
        {
            return ErrorReport.Tell((HoldfastException)Unwrapped(e), _json);
        }
        catch (BrokenPipeException)
        {
            // Whoever read our output has seen enough.
            return 0;
        }
        catch (Exception e)
        {
            return ErrorReport.Tell(new HoldfastException(ErrorCode.Internal, $"{e.GetType().Name}: {e.Message}", null, e), _json);
        }
    }

    internal static RootCommand Build(string[]? program)
    {
        var root = new RootCommand("Holdfast keeps terminal sessions alive.\n\n  holdfast new work          a session named work, attached; Ctrl-\\ detaches\n  holdfast attach work       back to it, after anything\n  holdfast ls                what is there");
        Command[] verbs =
        [
            new NewCommand(program),
            new AttachCommand(),
            new ListCommand(),
            new InfoCommand(),
            new KillCommand(),
            new SignalCommand(),
            new ResizeCommand(),
            new RenameCommand(),
            new SendCommand(),
            new CaptureCommand(),
            new TailCommand(),
            new HistoryCommand(),
            new WaitCommand(),
            new RunCommand(program),
            new DaemonCommand(),
            new HealthCommand(),
            new TerminalToolsCommand(),
            new ConfigCommand(),
            new CompletionsCommand(),
            new VersionCommand(),
        ];
        foreach (var verb in verbs)
            root.Subcommands.Add(verb);
        // The parser's forms for another system would only clutter the completions here.
        var help = root.Options.OfType<HelpOption>().Single();
        help.Aliases.Remove("/?");
        help.Aliases.Remove("/h");
        return root;
    }

    private static Exception Unwrapped(Exception e) => e is AggregateException { InnerException: { } inner } ? inner : e;

    private static bool AsksForHelp(ParseResult parsed) =>
        parsed.Tokens.Any(t => t.Type == TokenType.Option && t.Value is "--help" or "-h" or "-?")
        || parsed.Tokens.Any(t => t.Type == TokenType.Directive);

    // The parser's last complaint names the word it could not place; the ones before may follow from it.
    private string MessageFor(ParseResult parsed) =>
        _args.Length == 0 ? "no command was given" : parsed.Errors[^1].Message.TrimEnd('.');

    // The parser takes an unknown option for an argument: `new --detatch` would make a session of that name. Behind `--` it is meant.
    private void RefuseMistypedOption(ParseResult parsed)
    {
        if (_args.Contains(Separator) || AsksForHelp(parsed))
            return;
        var mistyped = parsed.CommandResult.Children.OfType<ArgumentResult>()
            .Where(a => a.Argument.Name is "NAME" or "NEW")
            .SelectMany(a => a.Tokens)
            .FirstOrDefault(t => t.Value.StartsWith('-'));
        if (mistyped is not null)
            throw new HoldfastException(ErrorCode.Usage, $"there is no option {mistyped.Value}", HintFor(parsed));
    }

    private string? HintFor(ParseResult parsed)
    {
        if (parsed.CommandResult.Command is not RootCommand)
            return $"See `holdfast {PathOf(parsed.CommandResult)} --help`.";
        if (_args.Length > 0 && NearestName.Of(_args[0], _root.Subcommands.Select(c => c.Name)) is { } nearest)
            return $"Did you mean `holdfast {nearest}`?";
        return "See `holdfast --help`.";
    }

    private static string PathOf(CommandResult command) =>
        command.Parent is CommandResult { Command: not RootCommand } parent ? $"{PathOf(parent)} {command.Command.Name}" : command.Command.Name;
}
