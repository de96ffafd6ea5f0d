using System.CommandLine;
using System.Text;
using Holdfast.Cli.Output;
using Holdfast.Daemon.Config;
using Holdfast.DaemonRpc.Lifecycle;
using Holdfast.Protocol;

namespace Holdfast.Cli.Commands;

/// <summary>`config`: where the configuration lies, what holds, whether a daemon would take it. One per command line.</summary>
internal sealed class ConfigCommand : Command
{
    public ConfigCommand()
        : base("config", "The configuration: one JSON file; every key also as a variable HOLDFAST_….\n\n  holdfast config show\n  holdfast config check")
    {
        Subcommands.Add(Sub("show", "Print every key, its value and where that comes from.", Show));
        Subcommands.Add(Sub("path", "Print where the file lies.", Tell));
        Subcommands.Add(Sub("check", "Check file and variables as a daemon does when it starts.", Check));
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
        var values = Load(path);
        if (json)
        {
            JsonOutput.Write([.. values.Select(v => new OptionRow(v.Key, v.Value, v.Source, v.Variable, v.Meaning))], JsonShapes.Default.OptionRowArray);
            return 0;
        }

        var table = new PlainTable("KEY", "VALUE", "FROM", "MEANING");
        foreach (var value in values)
            table.Add(value.Key, Printable.Text(value.Value), value.Source, value.Meaning);
        StandardOutput.Write(Encoding.UTF8.GetBytes(table.ToText(StandardOutput.IsColoured)));
        return 0;
    }

    private static int Tell(string path, bool json)
    {
        if (json)
            JsonOutput.Write(new ConfigRow(path, File.Exists(path), IsValid(path)), JsonShapes.Default.ConfigRow);
        else
            StandardOutput.WriteLine(path);
        return 0;
    }

    private static int Check(string path, bool json)
    {
        Load(path);
        if (json)
            JsonOutput.Write(new ConfigRow(path, File.Exists(path), true), JsonShapes.Default.ConfigRow);
        else
            StandardOutput.WriteLine(File.Exists(path) ? $"{path} is valid" : $"{path} does not exist: the defaults hold");
        return 0;
    }

    private static bool IsValid(string path)
    {
        try
        {
            Load(path);
            return true;
        }
        catch (HoldfastException)
        {
            return false;
        }
    }

    private static IReadOnlyList<OptionValue> Load(string path)
    {
        OptionSource.Load(path, Environment.GetEnvironmentVariable, out var values);
        return values;
    }
}
