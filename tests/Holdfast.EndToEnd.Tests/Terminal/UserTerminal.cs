using Holdfast.Client;
using Holdfast.Protocol.V1;
using Holdfast.TestKit;

namespace Holdfast.EndToEnd.Tests.Terminal;

/// <summary>
/// A user's terminal: a shell in a session of a second daemon, where the command line under test runs on a real terminal. Owned by one test.
/// </summary>
internal sealed class UserTerminal : IAsyncDisposable
{
    // Nothing in it that a shell would expand.
    private const string Prompt = "=ready=";

    private readonly DaemonProcess _host = new();
    private HoldfastClient? _client;
    private HoldfastClient? _keyboard;
    private Transcript? _screen;

    private UserTerminal()
    {
    }

    /// <summary>What the terminal shows.</summary>
    public Transcript Screen => _screen!;

    /// <summary>A shell whose commands reach the daemon under test.</summary>
    public static async Task<UserTerminal> OpenAsync(DaemonProcess tested)
    {
        var terminal = new UserTerminal();
        try
        {
            await terminal.BeginAsync(tested);
            return terminal;
        }
        catch
        {
            await terminal.DisposeAsync();
            throw;
        }
    }

    public Task PromptAsync() => Screen.UntilAsync(Prompt);

    /// <summary>Types a line of which everything shown afterwards is the answer.</summary>
    public Task EnterAsync(string line)
    {
        Screen.Clear();
        return Screen.TypeAsync(line + "\r");
    }

    /// <summary>What a person would see: the screen of the terminal itself, with its colours.</summary>
    public async Task<string> LookAsync() =>
        System.Text.Encoding.UTF8.GetString((await _client!.SnapshotAsync("terminal", SnapshotFormat.SnapshotStyled)).Data.Span);

    /// <summary>The modes the terminal is in: what it takes to draw an empty screen of it.</summary>
    public async Task<string> ModesAsync()
    {
        var redraw = (await _client!.SnapshotAsync("terminal", SnapshotFormat.SnapshotRedraw)).Data;
        var model = new Holdfast.Terminal.TerminalModel(new Holdfast.Terminal.TerminalSize(90, 30));
        model.Feed(redraw.Span);
        return $"{model.Modes} {model.AlternateScreenActive} {model.Cursor with { Column = 0, Row = 0, PendingWrap = false }}";
    }

    public Task ResizeAsync(uint columns, uint rows) => _keyboard!.ResizeAsync("terminal", columns, rows);

    public async ValueTask DisposeAsync()
    {
        if (_screen is not null)
            await _screen.DisposeAsync();
        if (_client is not null)
            await _client.DisposeAsync();
        if (_keyboard is not null)
            await _keyboard.DisposeAsync();
        await _host.DisposeAsync();
    }

    private async Task BeginAsync(DaemonProcess tested)
    {
        _client = await _host.ConnectAsync();
        var request = new CreateRequest { Name = "terminal", Cwd = tested.Directory, Command = { "/bin/sh" }, Size = new TerminalSize { Cols = 90, Rows = 30 } };
        foreach (var (name, value) in tested.Variables)
            request.Environment[name] = value;
        request.Environment["PS1"] = Prompt;
        request.Environment["HF"] = ProductBinaries.Cli;
        await _client.CreateAsync(request);
        // Nobody owns this session and reads it, so its terminal answers queries as a real one does.
        _keyboard = await _host.ConnectOnlyAsync();
        _screen = new Transcript(
            await _client.AttachAsync(new AttachRequest { Session = "terminal", Start = true, As = AttachAs.AsObserver }),
            await _keyboard.AttachAsync(new AttachRequest { Session = "terminal", NoOutput = true }));
        await PromptAsync();
    }
}
