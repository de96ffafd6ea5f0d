using System.Buffers;
using System.Globalization;
using System.Text;
using Holdfast.Terminal;
using Holdfast.TestKit;

namespace Holdfast.EndToEnd.Tests.Screen;

/// <summary>
/// The terminal model as the native compiler made it, beside the one in this process: the model's own tests run under the JIT alone, which uses other
/// instructions and has other defects.
/// </summary>
public sealed class NativeModelTests
{
    private const int Cases = 120;
    private const int LongestPiece = 400;
    private const int LeastBytes = 4000;

    private static readonly byte[][] Recordings = [.. Directory.GetFiles(Path.Combine(AppContext.BaseDirectory, "Recordings")).Order(StringComparer.Ordinal).Select(File.ReadAllBytes)];

    [Fact]
    public async Task Pieces_of_what_real_programs_wrote_give_the_same_screen()
    {
        Assert.NotEmpty(Recordings);
        await using var daemon = new DaemonProcess();
        for (var seed = 0; seed < Cases; seed++)
        {
            var random = new Random(seed);
            var size = new TerminalSize(random.Next(20, 120), random.Next(5, 50));
            var output = Pieces(random);
            var native = await daemon.CliAsync(output, "vt", "snapshot", "--cols", Number(size.Columns), "--rows", Number(size.Rows), "--scrollback", "100");
            Assert.True(Encoding.Latin1.GetString(Snapshot(size, output)) == Encoding.Latin1.GetString(native.Succeeded().Output), $"seed {seed}, {size}");
        }
    }

    // Cut and joined anywhere, as no program would: more ways of the parser are gone than by whole recordings.
    private static byte[] Pieces(Random random)
    {
        var output = new List<byte>();
        while (output.Count < LeastBytes)
        {
            var recording = Recordings[random.Next(Recordings.Length)];
            var start = random.Next(recording.Length);
            output.AddRange(recording.AsSpan(start, Math.Min(random.Next(1, LongestPiece), recording.Length - start)));
        }
        return [.. output];
    }

    private static byte[] Snapshot(TerminalSize size, byte[] output)
    {
        var model = new TerminalModel(size);
        model.Feed(output);
        var redraw = new ArrayBufferWriter<byte>();
        TerminalSnapshot.Write(model, redraw, new SnapshotOptions { ScrollbackLines = 100 });
        return redraw.WrittenSpan.ToArray();
    }

    private static string Number(int value) => value.ToString(CultureInfo.InvariantCulture);
}
