using System.Buffers;
using System.CommandLine;
using System.Text;
using Holdfast.Cli.Input;
using Holdfast.Cli.Output;
using Holdfast.Protocol;
using Holdfast.Protocol.V1;
using Holdfast.Terminal;
using TerminalSize = Holdfast.Terminal.TerminalSize;

namespace Holdfast.Cli.Commands;

/// <summary>`vt`: feeds standard input through the terminal model, without any daemon. For developers. One per command line.</summary>
internal sealed class TerminalToolsCommand : Command
{
    private const int PieceBytes = 64 * 1024;

    public TerminalToolsCommand()
        : base("vt", "Developer tools: feed standard input through the terminal model and print what a terminal would show.\n\n  holdfast history work | holdfast vt dump\n  holdfast vt snapshot --cols 100 --rows 30 < recording > redraw")
    {
        Subcommands.Add(Verb("dump", "Print the screen as text, a line a row, trailing blanks trimmed.",
            (model, _) => StandardOutput.Write(Encoding.UTF8.GetBytes(TerminalText.Screen(model)))));
        Subcommands.Add(Verb("snapshot", "Print the escape sequences that draw the same screen in a fresh terminal of that size.", (model, scrollback) =>
        {
            var redraw = new ArrayBufferWriter<byte>();
            TerminalSnapshot.Write(model, redraw, new SnapshotOptions { ScrollbackLines = scrollback });
            StandardOutput.Write(redraw.WrittenSpan);
        }));
    }

    private static Command Verb(string name, string description, Action<TerminalModel, int> print)
    {
        var cols = new Option<uint>("--cols") { Description = "Columns; default 80", HelpName = "C", DefaultValueFactory = _ => 80 };
        var rows = new Option<uint>("--rows") { Description = "Rows; default 24", HelpName = "R", DefaultValueFactory = _ => 24 };
        var scrollback = new Option<int>("--scrollback") { Description = "Lines above the screen to draw as well", HelpName = "N", DefaultValueFactory = _ => 0 };
        var command = new Command(name, description);
        command.Options.Add(cols);
        command.Options.Add(rows);
        if (name == "snapshot")
            command.Options.Add(scrollback);
        command.SetAction(parsed =>
        {
            print(Feed(parsed.GetValue(cols), parsed.GetValue(rows)), name == "snapshot" ? parsed.GetValue(scrollback) : 0);
            return 0;
        });
        return command;
    }

    private static TerminalModel Feed(uint cols, uint rows)
    {
        if (!ProtocolLimits.IsTerminalSize(cols, rows))
            throw new HoldfastException(ErrorCode.SizeInvalid, $"the size {cols}x{rows} is out of range", "Give columns and rows from 1 to 1000.");
        var model = new TerminalModel(new TerminalSize((int)cols, (int)rows));
        var piece = new byte[PieceBytes];
        while (StandardInput.Read(piece) is > 0 and var read)
            model.Feed(piece.AsSpan(0, read));
        return model;
    }
}
