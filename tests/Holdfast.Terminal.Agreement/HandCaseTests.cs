using Holdfast.Terminal.Agreement.Cases;
using Holdfast.Terminal.Agreement.Oracle;
using Holdfast.Terminal.Agreement.Pictures;

namespace Holdfast.Terminal.Agreement;

/// <summary>The cases that people wrote: Cases/README.md says what each promises.</summary>
public sealed class HandCaseTests(OracleProcess oracle)
{
    // The issue of the terminal asks for so many.
    private const int AtLeast = 200;

    public static TheoryData<string, string> Cases()
    {
        var data = new TheoryData<string, string>();
        foreach (var one in CaseFile.All)
            data.Add(one.File, one.Name);
        return data;
    }

    [Fact]
    public void There_are_enough_and_none_says_nothing()
    {
        Assert.True(CaseFile.All.Count >= AtLeast, $"only {CaseFile.All.Count}");
        Assert.Empty(CaseFile.All.GroupBy(c => (c.File, c.Name)).Where(g => g.Count() > 1).Select(g => g.Key));
        Assert.Empty(CaseFile.All.Where(c => c.Alone is not null && c.Rows.Count + c.Present.Count + c.Absent.Count == 0).Select(c => c.Name));
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void The_screen_is_the_expected_one(string file, string name)
    {
        var one = CaseFile.Find(file, name);
        var model = one.Terminal.Model();
        var picture = ModelPicture.Of(model);
        Assert.True(!one.Offences(model, picture).Any(), $"{one}\n{string.Join('\n', one.Offences(model, picture))}\n{picture}");

        var shown = oracle.Show(one.Terminal);
        var difference = PictureDifference.Between("xterm.js", shown, "model", picture);
        if (one.Alone is null)
            Assert.True(difference is null, $"{one}\n{difference}");
        else
            Assert.True(difference is not null, $"{one}\nstands alone ({one.Alone}), yet xterm.js shows the same");
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Chunks_make_no_difference(string file, string name)
    {
        var one = CaseFile.Find(file, name);
        var whole = one.Terminal.Model();
        var bytewise = new TerminalModel(one.Size, new TerminalOptions { ScrollbackLines = OracleCase.DefaultScrollback });
        foreach (var step in one.Steps)
        {
            if (step.Bytes is null)
                step.ApplyTo(bytewise);
            for (var i = 0; i < (step.Bytes?.Length ?? 0); i++)
                bytewise.Feed(step.Bytes.AsSpan(i, 1));
        }
        Assert.True(whole.StateEquals(bytewise), $"{one}\n{PictureDifference.Between("whole", ModelPicture.Of(whole), "bytewise", ModelPicture.Of(bytewise)) ?? "  what is not to be seen differs"}");
    }

    /// <summary>At every byte: a snapshot taken there, and what follows, give the same as all of it would have.</summary>
    [Theory]
    [MemberData(nameof(Cases))]
    public void A_snapshot_anywhere_continues_the_same(string file, string name)
    {
        var one = CaseFile.Find(file, name);
        if (one.Unshown)
            return;
        // Where xterm.js stands for the truth, also what is not to be seen must be as after the direct feed; what a resize makes of a saved cursor differs.
        var whole = one.Terminal with { Full = one.Alone is null && !one.OnlySeen && one.Steps.TrueForAll(s => s.Bytes is not null) };
        var expected = one.Alone is null ? oracle.Show(whole) : ModelPicture.Of(one.Terminal.Model());
        // Where it does not, it could not go on alike from the midst.
        var cuts = SnapshotCut.At(whole, _ => one.Alone is null).ToList();
        var cases = cuts.ConvertAll(c => c.Fresh(corrected: false));
        cases.AddRange(cuts.Select(c => c.InUse(corrected: false)));
        var shown = oracle.Show(cases);
        var offences = new List<string>();
        for (var i = 0; i < cases.Count; i++)
        {
            if (PictureDifference.Between("direct", expected, "snapshot", shown[i]) is { } difference)
                offences.Add($"{(i < cuts.Count ? "fresh" : "in use")}: {cuts[i % cuts.Count]}\n{difference}");
        }
        Assert.True(offences.Count == 0, $"{one}\n{offences.Count} of {cases.Count} snapshots, the first:\n{offences.FirstOrDefault()}");
    }
}
