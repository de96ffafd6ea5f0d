using System.Globalization;

namespace Holdfast.Bench;

/// <summary>Bytes a second through each client library, with its defaults, into a consumer that only counts, beside `holdfast tail`. Stateless.</summary>
internal static class SdkFigures
{
    private const int Repetitions = 5;

    public static async Task RunAsync(Report report)
    {
        await using var box = Sandbox.Create();
        await box.HoldfastAsync("new", "warm", "-d", "--", "true");
        Samples tail = new(), dotnet = new(), node = new();
        var whole = true;
        for (var i = 0; i < Repetitions; i++)
        {
            tail.Add(await ThroughputFigures.TailAsync(box));
            dotnet.Add(await ThroughputFigures.ClientsAsync(box, 1, complete => whole &= complete, readOnReceiveLoop: false));
            node.Add(await NodeAsync(box, complete => whole &= complete));
        }

        report.Ratio("throughput, .NET SDK into a counter, median", dotnet.Median, tail.Median, "`holdfast tail`", "MB/s", 0.9, atLeast: true);
        report.Ratio("throughput, .NET SDK into a counter, best", dotnet.Highest, tail.Highest, "`holdfast tail`", "MB/s");
        report.Ratio("throughput, Node SDK into a counter, median", node.Median, tail.Median, "`holdfast tail`", "MB/s", 0.7, atLeast: true);
        report.Ratio("throughput, Node SDK into a counter, best", node.Highest, tail.Highest, "`holdfast tail`", "MB/s");
        report.Fact("every byte through either SDK", whole ? "yes" : "NO", whole);
    }

    private static Task<double> NodeAsync(Sandbox box, Action<bool> whole) => ThroughputFigures.ProgramAsync(
        box,
        session => box.Start("node", Sandbox.Required("BENCH_COUNTER"), session),
        said => whole(long.Parse(said, CultureInfo.InvariantCulture) == ThroughputFigures.Expected));
}
