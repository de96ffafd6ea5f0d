using System.Text;
using Holdfast.Daemon.Sessions;
using Holdfast.Protocol.V1;
using Holdfast.Terminal;
using TerminalSize = Holdfast.Terminal.TerminalSize;

namespace Holdfast.EndToEnd.Tests.Screen;

/// <summary>A session's screen over its ring: however often it was let go, and however many daemons had it, it is what one undisturbed model is.</summary>
public sealed class SessionScreenTests
{
    private const int RingBytes = 64 * 1024;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void A_screen_that_was_let_go_and_taken_over_again_and_again_equals_an_undisturbed_one(int seed)
    {
        var random = new Random(seed);
        using var memory = SessionMemory.Create("1", 1, RingBytes);
        memory.Ring.Sizes.Append(0, 80, 24);
        var twin = new TerminalModel(new TerminalSize(80, 24), new TerminalOptions { ScrollbackBytes = RingBytes / 2 });
        var session = NewDaemon(memory);
        for (var step = 0; step < 3000; step++)
        {
            var output = Output(random, step);
            Append(memory, output);
            twin.Feed(output);
            session.Screen.Feed();
            switch (random.Next(20))
            {
                case 0:
                    session.Screen.Release();
                    break;
                case 1:
                    session = NewDaemon(memory);
                    break;
                case 2:
                    Resize(session, twin, random);
                    break;
                default:
                    break;
            }
        }
        Assert.True(twin.StateEquals(session.Screen.Current));
    }

    /// <summary>Plain lines of a stream wait for more; what the model might tell somebody, or what is a part of that, never does.</summary>
    [Theory]
    [InlineData("", "many\r\nlines\r\n", true, true)]
    [InlineData("", "many\r\nlines\r\n", false, false)]
    [InlineData("", "is it \u001b[6n?", true, false)]
    [InlineData("\u001b[", "6n", true, false)]
    [InlineData("\u001b]2;a title", " in pieces", true, false)]
    [InlineData("", "größer\r\n", true, false)]
    public void Only_plain_lines_of_a_stream_wait_for_more(string before, string output, bool streams, bool waits)
    {
        using var memory = SessionMemory.Create("1", 1, RingBytes);
        memory.Ring.Sizes.Append(0, 80, 24);
        var screen = NewDaemon(memory).Screen;
        Append(memory, Encoding.UTF8.GetBytes(before));
        screen.Feed();
        Append(memory, Encoding.UTF8.GetBytes(output));
        screen.Look(streams);
        Assert.Equal((waits, !waits), (screen.Waits, screen.IsBehind));
        // More of the same behind what is due is due as well.
        Append(memory, "x"u8.ToArray());
        screen.Look(streams: true);
        Assert.Equal(!waits, screen.IsBehind);
        screen.EndWait();
        Assert.True(screen.IsBehind);
        screen.FeedSlice();
        Assert.Equal((false, false), (screen.Waits, screen.IsBehind));
    }

    // Of a small ring less, so that the last checkpoint stays within what the ring holds.
    [Theory]
    [InlineData(RingBytes, 8 * 1024)]
    [InlineData(64 * RingBytes, 64 * 1024)]
    public void What_waits_does_not_become_too_much(int ringBytes, int most)
    {
        const int Piece = 4096;
        using var memory = SessionMemory.Create("1", 1, ringBytes);
        memory.Ring.Sizes.Append(0, 80, 24);
        var screen = NewDaemon(memory).Screen;
        screen.Feed();
        for (var waiting = Piece; waiting <= most; waiting += Piece)
        {
            Append(memory, [.. Enumerable.Repeat("a line\r\n"u8.ToArray(), Piece / 8).SelectMany(line => line)]);
            screen.Look(streams: true);
            Assert.Equal(waiting == most, screen.IsBehind);
        }
        Assert.Contains("a line", TerminalText.Scrollback(screen.Current), StringComparison.Ordinal);
        Assert.False(screen.IsBehind);
    }

    private static Session NewDaemon(SessionMemory memory) =>
        new(new SessionRecord { Session = new SessionInfo { Id = "1", Size = new() { Cols = 80, Rows = 24 } } }, memory, new("1", default, [memory.Fd]), SessionRules.Standalone());

    private static void Resize(Session session, TerminalModel twin, Random random)
    {
        var (columns, rows) = (random.Next(20, 120), random.Next(5, 50));
        session.Ring.Sizes.Append(session.Ring.Head, (ushort)columns, (ushort)rows);
        session.Screen.Feed();
        twin.Resize(new TerminalSize(columns, rows));
    }

    private static void Append(SessionMemory memory, byte[] output)
    {
        var head = memory.Ring.Head;
        output.CopyTo(memory.Ring.WriteWindow(head, output.Length));
        memory.Ring.Publish(head + (ulong)output.Length);
    }

    // Pieces of sequences and characters are cut anywhere by the size of the piece.
    private static byte[] Output(Random random, int step)
    {
        var text = new StringBuilder();
        for (var i = 0; i < random.Next(1, 30); i++)
        {
            text.Append(random.Next(8) switch
            {
                0 => $"\u001b[{random.Next(1, 30)};{random.Next(1, 90)}H",
                1 => $"\u001b[3{random.Next(8)};{random.Next(2)}m",
                2 => "\r\n",
                3 => $"世界 {step}",
                4 => "\u001b[K",
                5 => random.Next(10) == 0 ? "\u001b[?1049h" : "\u001b[?1049l",
                _ => $"text of step {step} ",
            });
        }
        var bytes = Encoding.UTF8.GetBytes(text.ToString());
        return bytes[..random.Next(1, bytes.Length + 1)];
    }
}
