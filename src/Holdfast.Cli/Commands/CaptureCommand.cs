using System.CommandLine;
using System.Globalization;
using System.Text;
using Holdfast.Cli.Output;
using Holdfast.Cli.Sessions;
using Holdfast.Client;
using Holdfast.Protocol;
using Holdfast.Protocol.V1;

namespace Holdfast.Cli.Commands;

/// <summary>`capture`: a session's screen as text. One per command line.</summary>
internal sealed class CaptureCommand : Command
{
    public CaptureCommand()
        : base("capture", "Print the screen as text, a line a row without trailing blanks.\n\n  holdfast capture work\n  holdfast capture work --ansi                with colours\n  holdfast capture build --scrollback 100     with the last 100 lines above it\n  holdfast capture build --scrollback all")
    {
        var session = CommonOptions.Session();
        var ansi = new Option<bool>("--ansi") { Description = "With escape sequences for colours and attributes" };
        var scrollback = new Option<string?>("--scrollback") { Description = "Lines above the screen, too: so many, or all that are held", HelpName = "N|all" };
        var json = CommonOptions.Json();
        Arguments.Add(session);
        Options.Add(ansi);
        Options.Add(scrollback);
        Options.Add(json);
        SetAction((parsed, cancellation) =>
        {
            var format = parsed.GetValue(ansi) ? SnapshotFormat.SnapshotStyled : SnapshotFormat.SnapshotText;
            return RunAsync(parsed.GetRequiredValue(session), format, Lines(parsed.GetValue(scrollback)), parsed.GetValue(json), cancellation);
        });
    }

    private static Task<int> RunAsync(string name, SnapshotFormat format, uint lines, bool json, CancellationToken cancellation) =>
        DaemonAccess.WithSessionAsync(name, async client =>
        {
            var screen = await client.SnapshotAsync(name, format, lines, cancellation);
            if (json)
                JsonOutput.Write(Describe(screen), JsonShapes.Default.CapturedScreen);
            else
                StandardOutput.Write(screen.Data.Span);
            return 0;
        }, cancellation);

    private static CapturedScreen Describe(ScreenSnapshot screen) => new(
        Encoding.UTF8.GetString(screen.Data.Span), screen.Size.Cols, screen.Size.Rows, screen.CursorColumn, screen.CursorRow,
        screen.AlternateScreen, screen.ScrollbackLines, screen.Offset);

    private static uint Lines(string? text) => text switch
    {
        null => 0,
        "all" => uint.MaxValue,
        _ => uint.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var lines)
            ? lines
            : throw new HoldfastException(ErrorCode.Usage, $"--scrollback {text} is no number of lines", "Give a number, or all."),
    };
}
