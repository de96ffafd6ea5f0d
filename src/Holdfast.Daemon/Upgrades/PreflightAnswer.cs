using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Holdfast.Daemon.Config;
using Holdfast.Daemon.Health;
using Holdfast.DaemonRpc.Lifecycle;
using Holdfast.Protocol;

namespace Holdfast.Daemon.Upgrades;

/// <summary>What a new daemon program says of itself before it is one. A value, one line of JSON between programs of different versions.</summary>
/// <param name="Holdfast">Always "daemon": a program that prints something else is none.</param>
/// <param name="Version">As `holdfast version` prints it.</param>
/// <param name="Build">The version with what the build added to it.</param>
/// <param name="Unreadable">What of the asked it could not read.</param>
public sealed record PreflightAnswer(string Holdfast, string Version, string Build, IReadOnlyList<string> Unreadable)
{
    public const string Option = "--preflight";
    public const string Kind = "daemon";

    /// <summary>`holdfast daemon run --preflight NEEDS`: also looks whether this program accepts the configuration.</summary>
    public static int Run(string[] args)
    {
        var at = Array.IndexOf(args, Option);
        try
        {
            OptionSource.Load(DaemonPaths.FromEnvironment().ConfigFile, Environment.GetEnvironmentVariable);
        }
        catch (HoldfastException e)
        {
            Console.Error.WriteLine($"{e.Message} ({e.CodeName})");
            return e.ExitCode;
        }
        var needs = at + 1 < args.Length ? args[at + 1] : "";
        var answer = new PreflightAnswer(Kind, BuildFacts.Version, BuildFacts.Build, LayoutNeeds.UnreadableOf(needs));
        Console.Out.WriteLine(JsonSerializer.Serialize(answer, UpgradeShapes.Default.PreflightAnswer));
        return 0;
    }

    /// <summary>Null where the text is no answer.</summary>
    public static PreflightAnswer? TryRead(byte[] text)
    {
        try
        {
            return JsonSerializer.Deserialize(Encoding.UTF8.GetString(text), UpgradeShapes.Default.PreflightAnswer) is { Holdfast: Kind, Unreadable: not null } answer ? answer : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

/// <summary>The JSON between an old and a new program, generated at build time. Immutable.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(PreflightAnswer))]
internal sealed partial class UpgradeShapes : JsonSerializerContext;
