using System.Buffers;
using Holdfast.Client;
using Holdfast.Protocol.V1;
using Holdfast.Terminal;
using Holdfast.TestKit;

namespace Holdfast.EndToEnd.Tests.Screen;

/// <summary>Who attaches to a session with much scrollback sees its screen before that has come, and afterwards what it would have seen without.</summary>
public sealed class PreviewTests
{
    private const int Lines = 2000;

    private static readonly Holdfast.Terminal.TerminalSize Size = new(80, 24);

    [Theory]
    [InlineData("")]
    [InlineData("printf '\\033[?1049h\\033[5;5Hfull screen\\033[44m';")]
    public async Task The_screen_comes_first_and_leaves_nothing_behind(string program)
    {
        await using var daemon = new DaemonProcess();
        (await daemon.CliAsync("new", "work", "-d", "--size", "80x24", "--", "sh", "-c", $"seq {Lines}; {program} printf 'the end'")).Succeeded();
        (await daemon.CliAsync("wait", "work", "--exit")).Succeeded();
        await using var client = await daemon.ConnectAsync();
        var pieces = await PiecesAsync(client, uint.MaxValue);

        Assert.True(pieces.Count > 1);
        var first = Drawn(pieces[..1]);
        var whole = Drawn(pieces);
        Assert.Equal(0, first.ScrollbackCount);
        Assert.Contains("the end", TerminalText.Screen(first), StringComparison.Ordinal);
        Assert.Equal(TerminalText.Screen(whole), TerminalText.Screen(first));
        Assert.Equal(first.Cursor, whole.Cursor);
        Assert.Equal(first.Modes, whole.Modes);
        Assert.Equal(Lines - 23, whole.ScrollbackCount);
        Assert.Equal(string.Concat(Enumerable.Range(1, whole.ScrollbackCount).Select(n => $"{n}\n")), TerminalText.Scrollback(whole));
        Assert.True(whole.StateEquals(Drawn(pieces[1..])), "the preview left something behind");
    }

    [Fact]
    public async Task Little_scrollback_comes_with_the_screen_at_once()
    {
        await using var daemon = new DaemonProcess();
        (await daemon.CliAsync("new", "work", "-d", "--size", "80x24", "--", "sh", "-c", "seq 100; printf 'the end'")).Succeeded();
        (await daemon.CliAsync("wait", "work", "--exit")).Succeeded();
        await using var client = await daemon.ConnectAsync();
        Assert.Single(await PiecesAsync(client, uint.MaxValue));
    }

    private static async Task<List<byte[]>> PiecesAsync(HoldfastClient client, uint scrollbackLines)
    {
        var session = await client.AttachAsync(new AttachRequest { Session = "work", Screen = new ScreenStart { ScrollbackLines = scrollbackLines } });
        var pieces = new List<byte[]>();
        while (true)
        {
            var next = await session.ReadAsync();
            if (next.Kind != SessionEventKind.Screen)
                continue;
            pieces.Add(next.Data.ToArray());
            if (!next.More)
                return pieces;
        }
    }

    private static TerminalModel Drawn(IEnumerable<byte[]> pieces)
    {
        var model = new TerminalModel(Size);
        foreach (var piece in pieces)
            model.Feed(piece);
        return model;
    }
}
