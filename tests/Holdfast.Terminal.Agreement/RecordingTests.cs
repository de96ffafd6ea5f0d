using Holdfast.Terminal.Agreement.Oracle;
using Holdfast.Terminal.Agreement.Pictures;

namespace Holdfast.Terminal.Agreement;

/// <summary>What real programs wrote (Recordings/record), looked at while it goes on.</summary>
public sealed class RecordingTests(OracleProcess oracle)
{
    // Primes: a cut meets every kind of place.
    private const int PictureEvery = 331;

    private const int SnapshotEvery = 653;

    private static readonly TerminalSize Size = new(80, 24);

    public static TheoryData<string> Programs() => new(["vim", "htop", "less", "tmux", "mc", "git-log", "dialog", "agent"]);

    [Theory]
    [MemberData(nameof(Programs))]
    public void The_screen_is_that_of_xtermjs_all_the_way(string program)
    {
        var bytes = Read(program);
        var model = new TerminalModel(Size, new TerminalOptions { ScrollbackLines = OracleCase.DefaultScrollback });
        var at = 0;
        foreach (var batch in Enumerable.Range(1, (bytes.Length + PictureEvery - 1) / PictureEvery).Select(i => Math.Min(i * PictureEvery, bytes.Length)).Chunk(16))
        {
            var shown = oracle.Show([.. batch.Select(length => new OracleCase(Size, [TerminalStep.Feed(bytes[..length])]))]);
            for (var i = 0; i < batch.Length; i++)
            {
                model.Feed(bytes.AsSpan(at, batch[i] - at));
                at = batch[i];
                PictureDifference.Demand("xterm.js", shown[i], "model", ModelPicture.Of(model), () => $"{program}.vt, first {at} bytes");
            }
        }
    }

    [Theory]
    [MemberData(nameof(Programs))]
    public void A_snapshot_in_the_midst_continues_the_same(string program)
    {
        var whole = new OracleCase(Size, [TerminalStep.Feed(Read(program))], Full: true);
        var expected = oracle.Show(whole);
        foreach (var cuts in SnapshotCut.At(whole, fed => fed % SnapshotEvery == 0).Chunk(16))
        {
            var shown = oracle.Show([.. cuts.Select(c => c.Fresh(corrected: false)), .. cuts.Select(c => c.InUse(corrected: false))]);
            for (var i = 0; i < shown.Count; i++)
            {
                var cut = cuts[i % cuts.Length];
                PictureDifference.Demand("direct", expected, "snapshot", shown[i], () => $"{program}.vt {(i < cuts.Length ? "fresh" : "in use")}: {cut}");
            }
        }
    }

    /// <summary>The size changes under the program, who has not heard of it.</summary>
    [Theory]
    [MemberData(nameof(Programs))]
    public void Resizes_in_the_midst_are_those_of_xtermjs(string program)
    {
        var bytes = Read(program);
        var steps = new List<TerminalStep>();
        var random = new Random(bytes.Length);
        for (var at = 0; at < bytes.Length;)
        {
            var length = Math.Min(random.Next(200, 2000), bytes.Length - at);
            steps.Add(TerminalStep.Feed(bytes[at..(at + length)]));
            steps.Add(TerminalStep.Resize(random.Next(20, 130), random.Next(5, 50)));
            at += length;
        }
        var cases = Enumerable.Range(1, steps.Count).Select(n => new OracleCase(Size, steps.GetRange(0, n), Corrected: true)).ToList();
        var shown = oracle.Show(cases);
        for (var i = 0; i < cases.Count; i++)
            PictureDifference.Demand("xterm.js", shown[i], "model", ModelPicture.Of(cases[i].Model()), () => $"{program}.vt after step {i}: {steps[i]}");
    }

    private static byte[] Read(string program) => File.ReadAllBytes(AgreementFolder.PathOf($"Recordings/{program}.vt"));
}
