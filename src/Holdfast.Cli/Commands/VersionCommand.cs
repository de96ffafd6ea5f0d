using System.CommandLine;
using System.Runtime.InteropServices;
using Holdfast.Cli.Output;
using Holdfast.Protocol;

namespace Holdfast.Cli.Commands;

/// <summary>`version`: what this program is. One per command line.</summary>
internal sealed class VersionCommand : Command
{
    public VersionCommand()
        : base("version", "Print the version of this program; `holdfast daemon status` prints the daemon's.\n\n  holdfast version --json")
    {
        var json = CommonOptions.Json();
        Options.Add(json);
        SetAction(parsed => Run(parsed.GetValue(json)));
    }

    private static int Run(bool json)
    {
        if (json)
        {
            var architecture = RuntimeInformation.ProcessArchitecture.ToString().ToLowerInvariant();
            JsonOutput.Write(
                new VersionRow(BuildFacts.Version, ProtocolVersion.Current, RuntimeInformation.FrameworkDescription, architecture),
                JsonShapes.Default.VersionRow);
        }
        else
        {
            StandardOutput.WriteLine($"holdfast {BuildFacts.Version} (protocol {ProtocolVersion.Current})");
        }

        return 0;
    }
}
