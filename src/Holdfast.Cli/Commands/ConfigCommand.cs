using System.CommandLine;
using System.Text;
using Holdfast.Cli.Output;
using Holdfast.Daemon.Config;
using Holdfast.DaemonRpc.Lifecycle;

namespace Holdfast.Cli.Commands;

/// <summary>`config`: every option with its value and where that comes from, read exactly as the daemon reads it. One per command line.</summary>
internal sealed class ConfigCommand : Command
{
    public ConfigCommand()
        : base("config", "The configuration: one JSON file; every key also as a variable HOLDFAST_….\n\n  holdfast config show\n  holdfast config check")
    {
        Subcommands.Add(Sub("show", "Print every option: its value, where that comes from, what it means.", Show));
        Subcommands.Add(Sub("path", "Print where the file lies.", Tell));
        Subcommands.Add(Sub("check", "Check file and environment as the daemon does at its start.", Check));
    }

    private static Command Sub(string name, string description, Func<string, bool, int> run)
    {
        var json = CommonOptions.Json();
        var command = new Command(name, $"{description}\n\n  holdfast config {name}");
        command.Options.Add(json);
        command.SetAction(parsed => run(DaemonPaths.FromEnvironment().ConfigFile, parsed.GetValue(json)));
        return command;
    }

    private static int Show(string path, bool json)
    {
        var values = Load(path, out _);
        if (json)
        {
            var rows = values.Select(v => new OptionRow(v.Key, v.Value, v.Source, v.Variable, v.Meaning)).ToArray();
            JsonOutput.Write(new ConfigRow(path, File.Exists(path), true, rows), JsonShapes.Default.ConfigRow);
            return 0;
        }
        var table = new PlainTable("KEY", "VALUE", "FROM", "MEANING");
        foreach (var value in values)
            table.Add(value.Key, value.Value, value.Source, value.Meaning);
        StandardOutput.Write(Encoding.UTF8.GetBytes(table.ToText(StandardOutput.IsColoured)));
        return 0;
    }

    private static int Tell(string path, bool json)
    {
        if (json)
            JsonOutput.Write(new ConfigRow(path, File.Exists(path), null, null), JsonShapes.Default.ConfigRow);
        else
            StandardOutput.WriteLine(path);
        return 0;
    }

    private static int Check(string path, bool json)
    {
        Load(path, out var options);
        if (options.Flow.Warning() is { } warning)
            StandardOutput.WriteErrorLine($"holdfast: warning: {warning}");
        if (json)
            JsonOutput.Write(new ConfigRow(path, File.Exists(path), true, null), JsonShapes.Default.ConfigRow);
        else
            StandardOutput.WriteLine(File.Exists(path) ? $"{path} is valid" : $"{path} does not exist: the defaults hold");
        return 0;
    }

    private static IReadOnlyList<OptionValue> Load(string path, out DaemonOptions options)
    {
        options = OptionSource.Load(path, Environment.GetEnvironmentVariable, out var values);
        return values;
    }
}
