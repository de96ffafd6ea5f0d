using System.CommandLine;
using Holdfast.Cli.Output;
using Holdfast.Cli.Sessions;
using Holdfast.Protocol;
using Holdfast.Protocol.V1;

namespace Holdfast.Cli.Commands;

/// <summary>`daemon upgrade`: replaces the running programs by others, with all sessions. One per command line.</summary>
internal sealed class UpgradeCommand : Command
{
    public UpgradeCommand()
        : base(
            "upgrade",
            "Replace daemon and keeper by other programs; sessions, their programs and attached clients go on.\n"
            + "Everything is checked before anything is stopped, and what does not come up is replaced by what ran before.\n\n"
            + "  holdfast daemon upgrade                       to the programs of this command\n"
            + "  holdfast daemon upgrade --from ~/holdfast-0.2")
    {
        var from = new Option<string?>("--from") { HelpName = "PATH", Description = "Directory of the new `holdfast` and `holdfast-keeper`, or the path of that `holdfast`" };
        var force = new Option<bool>("--force") { Description = "Also where these programs run already" };
        var json = CommonOptions.Json();
        Options.Add(from);
        Options.Add(force);
        Options.Add(json);
        SetAction((parsed, cancellation) => RunAsync(parsed.GetValue(from), parsed.GetValue(force), parsed.GetValue(json), cancellation));
    }

    private static async Task<int> RunAsync(string? from, bool force, bool json, CancellationToken cancellation)
    {
        var row = await new Upgrade(ProgramOf(from), force).RunAsync(cancellation);
        if (row is null)
        {
            StandardOutput.WriteErrorLine("holdfast: no daemon is running; the next one is started from the programs of whoever needs it first");
            return 0;
        }
        if (json)
            JsonOutput.Write(row, JsonShapes.Default.UpgradeRow);
        else
            StandardOutput.WriteLine(Text(row));
        return 0;
    }

    private static string Text(UpgradeRow row) => row.Changed
        ? $"upgraded from {row.FromBuild} to {row.ToBuild}: daemon {row.DaemonPid}, keeper {row.KeeperPid} ({(row.KeeperRenewed ? "renewed" : "as before")}), "
            + $"{row.Sessions} sessions, {row.DowntimeMs} ms without a daemon"
        : $"these programs run already ({row.ToBuild}); --force replaces them by themselves";

    private static string ProgramOf(string? from)
    {
        var path = from is null ? Environment.ProcessPath ?? throw new HoldfastException(ErrorCode.Internal, "the path of this program is not known") : Path.GetFullPath(from);
        return Directory.Exists(path) ? Path.Combine(path, "holdfast") : path;
    }
}
