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

    public Task ResizeAsync(uint columns, uint rows) => _client!.ResizeAsync("terminal", columns, rows);

    public async ValueTask DisposeAsync()
    {
        if (_screen is not null)
            await _screen.DisposeAsync();
        if (_client is not null)
            await _client.DisposeAsync();
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
        _screen = await Transcript.OfAsync(_client, "terminal");
        await PromptAsync();
    }
}
