using System.CommandLine;
using Holdfast.Cli.Input;
using Holdfast.Cli.Output;
using Holdfast.Cli.Sessions;
using Holdfast.Protocol;
using Holdfast.Protocol.V1;

namespace Holdfast.Cli.Commands;

/// <summary>`new`: creates a session and attaches to it. One per command line.</summary>
internal sealed class NewCommand : Command
{
    private readonly string[]? _program;
    private readonly Argument<string?> _name = new("NAME") { Description = "1 to 50 letters, digits, underscores and hyphens; made up where left out", Arity = ArgumentArity.ZeroOrOne };
    private readonly Option<bool> _detached = new("-d", "--detach") { Description = "Only create; print the name" };
    private readonly Option<string?> _cwd = new("--cwd") { Description = "Working directory; default: this one", HelpName = "D" };
    private readonly Option<string[]> _env = new("--env") { Description = "Set a variable; may be repeated", HelpName = "K=V" };
    private readonly Option<string?> _size = new("--size") { Description = "Terminal size; default: this terminal's, or 80x24", HelpName = "CxR" };
    private readonly Option<string?> _ring = new("--ring") { Description = "Output that is held: a power of two from 64K to 1G; default 4M", HelpName = "4M" };
    private readonly Option<string> _restore = new("--restore") { Description = "What is made of it after a reboot: never, shell or command", DefaultValueFactory = _ => "shell" };
    private readonly Option<bool> _secrets = new("--keep-secrets") { Description = "Write variables such as *TOKEN* and *PASSWORD* to the journal too, for a restore" };
    private readonly Option<string> _overflow = new("--overflow") { Description = "When a reader is a whole ring behind: gap, or pause the program", DefaultValueFactory = _ => "gap" };
    private readonly Option<string?> _key = AttachCommand.DetachKeyOption();
    private readonly Option<bool> _json = CommonOptions.Json();

    public NewCommand(string[]? program)
        : base("new", "Create a session and attach to it; it goes on when you detach (Ctrl-\\) or lose the connection.\nThe program and its arguments follow `--`; without them it is your shell.\n\n  holdfast new work\n  holdfast new build -d -- make -j8\n  holdfast new db --env PGPORT=5433 --cwd /srv -- psql")
    {
        _program = program;
        _restore.AcceptOnlyFromAmong("never", "shell", "command");
        _overflow.AcceptOnlyFromAmong("gap", "pause");
        Arguments.Add(_name);
        Option[] options = [_detached, _cwd, _env, _size, _ring, _restore, _secrets, _overflow, _key, _json];
        foreach (var option in options)
            Options.Add(option);
        SetAction(RunAsync);
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellation)
    {
        var detached = parsed.GetValue(_detached);
        var request = Request(parsed);
        var attach = new TerminalAttachOptions(AttachAs.AsOwner, Screen: true, DetachKey.From(parsed.GetValue(_key)));
        if (!detached)
            TerminalAttach.RequireTerminal();
        await using var client = await DaemonAccess.StartAsync(cancellation);
        var session = await client.CreateAsync(request, cancellation);
        if (!detached)
            return await AttachCommand.AttachAsync(client, StartOffset.Request(session.Id, "screen"), attach, cancellation);

        if (parsed.GetValue(_json))
            JsonOutput.Write(SessionDetails.Of(session), JsonShapes.Default.SessionDetails);
        else
            StandardOutput.WriteLine(session.Name);
        return 0;
    }

    private CreateRequest Request(ParseResult parsed)
    {
        if (_program is { Length: 0 })
            throw new HoldfastException(ErrorCode.Usage, "no program follows `--`", "See `holdfast new --help`.");
        var request = SessionCreation.Request(parsed.GetValue(_name), _program, parsed.GetValue(_cwd), parsed.GetValue(_env) ?? []);
        if (parsed.GetValue(_size) is { } size)
            request.Size = CommonOptions.Size(size);
        else if (TerminalAttach.Size() is { } own)
            request.Size = new TerminalSize { Cols = own.Columns, Rows = own.Rows };
        if (parsed.GetValue(_ring) is { } ring)
            request.RingBytes = RingBytes(ring);
        request.Overflow = parsed.GetValue(_overflow) == "pause" ? OverflowPolicy.OverflowPause : OverflowPolicy.OverflowGap;
        request.KeepSecrets = parsed.GetValue(_secrets);
        request.Restore = parsed.GetValue(_restore) switch
        {
            "never" => RestorePolicy.RestoreNever,
            "command" => RestorePolicy.RestoreCommand,
            _ => RestorePolicy.RestoreShell,
        };
        return request;
    }

    private static ulong RingBytes(string text) => SizeText.TryParseBytes(text, out var bytes) && ProtocolLimits.IsRingBytes(bytes)
        ? bytes
        : throw new HoldfastException(ErrorCode.RingSizeInvalid, $"{text} is no size of a ring");
}
