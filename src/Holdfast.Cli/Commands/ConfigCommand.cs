using System.CommandLine;
using System.Text.Json;
using Holdfast.Cli.Output;
using Holdfast.DaemonRpc.Lifecycle;
using Holdfast.Protocol;
using Holdfast.Protocol.V1;

namespace Holdfast.Cli.Commands;

/// <summary>`config`: where the configuration lies, what it says, whether it can be read. One per command line.</summary>
internal sealed class ConfigCommand : Command
{
    private static readonly JsonDocumentOptions Forgiving = new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true };

    public ConfigCommand()
        : base("config", "The configuration: one JSON file; every key also as a variable HOLDFAST_….\n\n  holdfast config path\n  holdfast config check")
    {
        Subcommands.Add(Sub("show", "Print the configuration file.", Show));
        Subcommands.Add(Sub("path", "Print where it lies.", Tell));
        Subcommands.Add(Sub("check", "Check that it can be read.", Check));
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
        _ = json;
        if (!File.Exists(path))
        {
            StandardOutput.WriteLine("{}");
            return 0;
        }

        StandardOutput.Write(Read(path));
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
        if (File.Exists(path))
            Parse(path);
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
            Parse(path);
            return true;
        }
        catch (HoldfastException)
        {
            return !File.Exists(path);
        }
    }

    private static void Parse(string path)
    {
        try
        {
            using var document = JsonDocument.Parse(Read(path), Forgiving);
            if (document.RootElement.ValueKind != JsonValueKind.Object)
                throw new HoldfastException(ErrorCode.ConfigInvalid, $"{path} is no JSON object");
        }
        catch (JsonException e)
        {
            throw new HoldfastException(ErrorCode.ConfigInvalid, $"{path}, line {e.LineNumber + 1}: {e.Message}", "Correct the file, or remove it.", e);
        }
    }

    private static byte[] Read(string path)
    {
        try
        {
            return File.ReadAllBytes(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new HoldfastException(ErrorCode.ConfigInvalid, $"{path} cannot be read", "Check its owner and mode.", e);
        }
    }
}
