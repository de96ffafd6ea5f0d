using System.CommandLine;
using Holdfast.Cli.Input;
using Holdfast.Cli.Output;
using Holdfast.Cli.Sessions;
using Holdfast.Client;
using Holdfast.Protocol;
using Holdfast.Protocol.V1;

namespace Holdfast.Cli.Commands;

/// <summary>`attach`: joins the user's terminal to a session. One per command line.</summary>
internal sealed class AttachCommand : Command
{
    private static readonly TimeSpan FarewellDeadline = TimeSpan.FromSeconds(1);

    public AttachCommand()
        : base("attach", "Attach the terminal to a session. Ctrl-\\ detaches; the session goes on. NAME may be left out where there is one session.\n\n  holdfast attach work\n  holdfast attach build -r          only watch\n  holdfast attach work --takeover  type here, whoever typed before\n  holdfast attach work --detach-key C-q")
    {
        var session = CommonOptions.Session();
        session.Arity = ArgumentArity.ZeroOrOne;
        var observer = new Option<bool>("-r", "--read-only") { Description = "Observe: send no input and no size" };
        var takeover = new Option<bool>("--takeover") { Description = "Become the owner, whoever is it now; the former one goes on watching" };
        var from = new Option<string>("--from") { Description = "The screen as it is with its scrollback; or raw output from the start of what is held, from now, or from an offset", HelpName = "screen|start|now|OFFSET", DefaultValueFactory = _ => "screen" };
        var key = DetachKeyOption();
        Aliases.Add("a");
        Arguments.Add(session);
        Options.Add(observer);
        Options.Add(takeover);
        Options.Add(from);
        Options.Add(key);
        SetAction((parsed, cancellation) => RunAsync(
            parsed.GetValue(session),
            StartOffset.Request("", parsed.GetRequiredValue(from)),
            new TerminalAttachOptions(
                PartOf(parsed.GetValue(observer), parsed.GetValue(takeover)), parsed.GetRequiredValue(from) == "screen", DetachKey.From(parsed.GetValue(key))),
            cancellation));
    }

    public static Option<string?> DetachKeyOption() =>
        new("--detach-key") { Description = $"Key that detaches; default Ctrl-\\, or {DetachKey.Variable}", HelpName = "C-x" };

    /// <summary>Attaches and stays until detached or ended.</summary>
    public static async Task<int> AttachAsync(HoldfastClient client, AttachRequest request, TerminalAttachOptions options, CancellationToken cancellation)
    {
        request.As = options.As;
        request.ScreenAfterGap = options.Screen;
        if (!options.Observer)
        {
            request.Terminal = true;
            // An answer that came without this process's knowledge is mended by drawing the screen again.
            if (options.Screen)
                request.Lends = OwnTerminal.Describe();
            if (TerminalAttach.Size() is { } own)
                request.Size = new TerminalSize { Cols = own.Columns, Rows = own.Rows };
        }
        var wait = new TerminalWait();
        client.ReceiveWait = wait;
        var session = await AttachOrWatchAsync(client, request, cancellation);
        var code = await new TerminalAttach(client, session, wait, options).RunAsync(cancellation);
        await GiveUpAsync(session);
        return code;
    }

    // Said, not only done: a connection that ends without a word keeps its claim for a while, and whoever attaches next could only watch.
    private static async Task GiveUpAsync(SessionAttachment session)
    {
        try
        {
            await session.DisposeAsync().AsTask().WaitAsync(FarewellDeadline);
        }
        catch (TimeoutException e)
        {
            // The daemon does not answer: the claim runs out by itself.
            _ = e;
        }
    }

    // Where somebody else types already, one watches until it is free: TerminalAttach says so.
    private static async Task<SessionAttachment> AttachOrWatchAsync(HoldfastClient client, AttachRequest request, CancellationToken cancellation)
    {
        try
        {
            return await client.AttachAsync(request, cancellation);
        }
        catch (HoldfastException e) when (e.Code == ErrorCode.OwnerRequired)
        {
            request.As = AttachAs.AsObserver;
            return await client.AttachAsync(request, cancellation);
        }
    }

    private static AttachAs PartOf(bool observer, bool takeover) => (observer, takeover) switch
    {
        (true, true) => throw new HoldfastException(ErrorCode.Usage, "give -r or --takeover, not both"),
        (true, _) => AttachAs.AsObserver,
        (_, true) => AttachAs.AsTakeover,
        _ => AttachAs.AsOwner,
    };

    private static async Task<int> RunAsync(string? name, AttachRequest request, TerminalAttachOptions options, CancellationToken cancellation)
    {
        RefuseNesting(name);
        TerminalAttach.RequireTerminal();
        if (name is null)
        {
            name = await OnlySessionAsync(cancellation);
            RefuseNesting(name);
        }

        request.Session = name;
        return await DaemonAccess.WithSessionAsync(name, client => AttachAsync(client, request, options, cancellation), cancellation);
    }

    // Its output would be its own input, for ever.
    private static void RefuseNesting(string? name)
    {
        if (name is not null && name == Environment.GetEnvironmentVariable("HOLDFAST_SESSION"))
            throw new HoldfastException(ErrorCode.NestedSession, $"this terminal is the session {name} itself");
    }

    private static async Task<string> OnlySessionAsync(CancellationToken cancellation)
    {
        await using var client = await DaemonAccess.FindSessionsAsync(reconnect: true, cancellation);
        var sessions = client is null ? [] : await client.ListAsync(cancellation);
        if (sessions is [var only])
            return only.Name;
        if (sessions.Where(s => s.State == SessionState.Running).Take(2).ToArray() is [var running])
            return running.Name;
        throw new HoldfastException(
            ErrorCode.SessionAmbiguous, sessions.Count == 0 ? "there is no session" : $"there are {sessions.Count} sessions", sessions.Count == 0 ? "`holdfast new` creates one." : null);
    }
}
