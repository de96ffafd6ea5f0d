using System.CommandLine;
using System.Globalization;
using System.Text;
using Holdfast.Cli.Health;
using Holdfast.Cli.Output;

namespace Holdfast.Cli.Commands;

/// <summary>`health`: how well keeper and daemon are, as a table or a document, and as an exit code for whoever watches them. One per command line.</summary>
internal sealed class HealthCommand : Command
{
    private const double BytesPerMegabyte = 1e6;

    public HealthCommand()
        : base("health", """
            Say how well the daemon is, without starting one. Exits with 0 (healthy), 1 (degraded: somebody should look) or 2 (unhealthy: it does not serve).

              holdfast health
              holdfast health --json | jq -r .status
              HEALTHCHECK CMD holdfast health || exit 1     in a Dockerfile
            """)
    {
        var json = CommonOptions.Json();
        Options.Add(json);
        SetAction((parsed, cancellation) => RunAsync(parsed.GetValue(json), cancellation));
    }

    private static async Task<int> RunAsync(bool json, CancellationToken cancellation)
    {
        var report = HealthReport.Of(await HealthProbe.LookAsync(cancellation));
        if (json)
            JsonOutput.Write(HealthRow.Of(report), JsonShapes.Default.HealthRow);
        else
            StandardOutput.Write(Encoding.UTF8.GetBytes(Text(report)));
        return (int)report.State;
    }

    private static string Text(HealthReport report)
    {
        var table = new PlainTable("CHECK", "STATUS", "VALUE", "LIMIT", "REMARK");
        foreach (var check in report.Checks)
            table.Add(check.Name, HealthRow.Word(check.State), Number(check.Name, check.Value), Number(check.Name, check.Limit), check.Message ?? "");
        return $"{HealthRow.Word(report.State)}\n\n{table.ToText(StandardOutput.IsColoured)}";
    }

    private static string Number(string name, long? number) => (name, number) switch
    {
        (_, null) => "-",
        ("process", { } pid) => $"pid {pid}",
        ("heartbeat", { } age) => string.Create(CultureInfo.InvariantCulture, $"{age / 1000.0:0.0} s"),
        ("memory", { } bytes) => string.Create(CultureInfo.InvariantCulture, $"{bytes / BytesPerMegabyte:0.0} MB"),
        _ => number.Value.ToString(CultureInfo.InvariantCulture),
    };
}
