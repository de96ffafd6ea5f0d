namespace Holdfast.Bench;

/// <summary>What a person waits for: the list, and the first prompt where nothing ran before. Stateless.</summary>
internal static class StartFigures
{
    private const int Lists = 30;
    private const int ColdStarts = 7;
    private const double LongestListMs = 20;
    private const double LongestColdStartMs = 150;

    public static async Task RunAsync(Report report)
    {
        var list = new Samples();
        await using (var box = Sandbox.Create())
        {
            await box.HoldfastAsync("new", "work", "-d", "--", "sleep", "1000");
            list.Add(await box.MicrosecondsAsync("time", $"{Lists}", box.Holdfast, "ls"));
        }

        Samples cold = new(), bare = new();
        for (var i = 0; i < ColdStarts; i++)
        {
            await using var box = Sandbox.Create();
            bare.Add(await box.MicrosecondsAsync("prompt", "ready$", "/usr/bin/env", "PS1=ready$ ", "sh", "-i"));
            cold.Add(await box.MicrosecondsAsync("prompt", "ready$", box.Holdfast, "new", "first", "--env", "PS1=ready$ ", "--", "sh", "-i"));
        }

        report.Absolute("`holdfast ls`, warm, median", list.Median / 1000, "ms", LongestListMs);
        report.Absolute("`holdfast ls`, warm, best", list.Lowest / 1000, "ms", LongestListMs);
        report.Absolute("cold start to the first prompt, median", cold.Median / 1000, "ms", LongestColdStartMs);
        report.Absolute("cold start to the first prompt, best", cold.Lowest / 1000, "ms", LongestColdStartMs);
        report.Ratio("cold start to the first prompt", cold.Median / 1000, bare.Median / 1000, "bare sh", "ms");
    }
}
