using System.Globalization;
using System.Text.Json;
using Holdfast.Daemon.Flow;
using Holdfast.Daemon.Killing;
using Holdfast.Protocol;
using Holdfast.Protocol.V1;

namespace Holdfast.Daemon.Config;

/// <summary>One option as people see it: its key in the file, its environment variable, its value and where that comes from.</summary>
public sealed record OptionValue(string Key, string Variable, string Value, string Source, string Meaning);

/// <summary>
/// Every option declared once: key, meaning, reader, writer. File key <c>max_sessions</c> and variable <c>HOLDFAST_MAX_SESSIONS</c> follow
/// from it; the variable wins. Used at start by the daemon and by <c>holdfast config</c>.
/// </summary>
public static class OptionSource
{
    private sealed record Option(
        string Key, string Meaning, Func<DaemonOptions, string> Read, Func<DaemonOptions, string, DaemonOptions?> Write);

    private static readonly Option[] Options =
    [
        new("max_sessions", "most sessions at once, 1 to 100000", o => Text(o.MaxSessions),
            (o, v) => Number(v, 1, 100_000) is { } n ? o with { MaxSessions = n } : null),
        new("max_connections", "most connections at once, 1 to 100000", o => Text(o.MaxConnections),
            (o, v) => Number(v, 1, 100_000) is { } n ? o with { MaxConnections = n } : null),
        new("max_connection_rate", "most connections in a second, 1 to 100000", o => Text(o.MaxConnectionRate),
            (o, v) => Number(v, 1, 100_000) is { } n ? o with { MaxConnectionRate = n } : null),
        new("max_frame_bytes", "largest frame a client may send, 128K to 1M", o => SizeText.FormatBytes((ulong)o.MaxFrameBytes),
            (o, v) => SizeText.TryParseBytes(v, out var n) && n is >= 2 * ProtocolLimits.MaxInputDataBytes and <= ProtocolLimits.MaxFrameBytes
                ? o with { MaxFrameBytes = (int)n } : null),
        Flow("flow_yellow_threshold", "unacknowledged frames from which a client is yellow", f => f.YellowThreshold, (f, n) => f with { YellowThreshold = n }),
        Flow("flow_red_threshold", "unacknowledged frames from which a client is red", f => f.RedThreshold, (f, n) => f with { RedThreshold = n }),
        Flow("flow_yellow_interval_ms", "a yellow client gets at most one frame in this time", f => f.YellowIntervalMs, (f, n) => f with { YellowIntervalMs = n }),
        Flow("flow_red_interval_ms", "a red client gets at most one frame in this time", f => f.RedIntervalMs, (f, n) => f with { RedIntervalMs = n }),
        new("flow_auto_disconnect", "true: a red client is disconnected", o => o.Flow.AutoDisconnect ? "true" : "false",
            (o, v) => v switch
            {
                "true" or "True" or "1" => o with { Flow = o.Flow with { AutoDisconnect = true } },
                "false" or "False" or "0" => o with { Flow = o.Flow with { AutoDisconnect = false } },
                _ => null,
            }),
        Flow("flow_hard_limit", "unacknowledged frames of one session at which a client is disconnected", f => f.HardLimit, (f, n) => f with { HardLimit = n }),
        Flow("flow_client_limit", "unacknowledged frames of all sessions at which a client is disconnected", f => f.ClientLimit, (f, n) => f with { ClientLimit = n }),
        new("max_ring_bytes", "capacity of all rings together, such as 8G", o => SizeText.FormatBytes(o.MaxRingBytes),
            (o, v) => SizeText.TryParseBytes(v, out var n) && n >= ProtocolLimits.MinRingBytes ? o with { MaxRingBytes = n } : null),
        new("ring_bytes", "capacity of a ring, a power of two from 64K to 1G", o => SizeText.FormatBytes(o.RingBytes),
            (o, v) => SizeText.TryParseBytes(v, out var n) && ProtocolLimits.IsRingBytes(n) ? o with { RingBytes = n } : null),
        new("retention_seconds", "how long an exited session is kept, 0 to 31536000", o => Text((int)o.Retention.TotalSeconds),
            (o, v) => Number(v, 0, 31_536_000) is { } n ? o with { Retention = TimeSpan.FromSeconds(n) } : null),
        new("kill_timeout_ms", "from SIGHUP to SIGKILL, 1 to 600000", o => Text((int)o.KillTimeout.TotalMilliseconds),
            (o, v) => Number(v, 1, 600_000) is { } n ? o with { KillTimeout = TimeSpan.FromMilliseconds(n) } : null),
        new("kill_terminate_ms", "from SIGHUP to SIGTERM, at most half of the time to SIGKILL, 1 to 600000", o => Text((int)o.KillTerminate.TotalMilliseconds),
            (o, v) => Number(v, 1, 600_000) is { } n ? o with { KillTerminate = TimeSpan.FromMilliseconds(n) } : null),
        new("session_cgroups", "auto (where delegated), on or off", o => o.SessionCgroups.ToString().ToLowerInvariant(),
            (o, v) => v switch
            {
                "auto" => o with { SessionCgroups = CgroupUse.Auto },
                "on" => o with { SessionCgroups = CgroupUse.On },
                "off" => o with { SessionCgroups = CgroupUse.Off },
                _ => null,
            }),
        new("owner_grace_ms", "how long an owner whose connection is gone keeps its claim, 1 to 600000", o => Text((int)o.OwnerGrace.TotalMilliseconds),
            (o, v) => Number(v, 1, 600_000) is { } n ? o with { OwnerGrace = TimeSpan.FromMilliseconds(n) } : null),
        new("stale_ticks", "seconds without a beat after which a peer counts as hung, 2 to 3600", o => Text(o.StaleTicks),
            (o, v) => Number(v, 2, 3600) is { } n ? o with { StaleTicks = n } : null),
        new("log_level", "trace, debug, information, warning or error", o => o.LogLevel,
            (o, v) => v is "trace" or "debug" or "information" or "warning" or "error" ? o with { LogLevel = v } : null),
    ];

    /// <exception cref="HoldfastException">CONFIG_INVALID, naming the key, the value and what is allowed.</exception>
    public static DaemonOptions Load(string configFile, Func<string, string?> variable) => Load(configFile, variable, out _);

    public static DaemonOptions Load(string configFile, Func<string, string?> variable, out IReadOnlyList<OptionValue> values)
    {
        var file = ReadFile(configFile);
        var options = new DaemonOptions();
        var list = new List<OptionValue>();
        foreach (var option in Options)
        {
            var name = "HOLDFAST_" + option.Key.ToUpperInvariant();
            var fromVariable = variable(name);
            var text = fromVariable ?? file.GetValueOrDefault(option.Key);
            if (text is not null)
                options = option.Write(options, text) ?? throw Invalid(fromVariable is null ? $"{option.Key} in {configFile}" : name, text, option.Meaning);
            file.Remove(option.Key);
            var source = fromVariable is not null ? "environment" : text is not null ? "file" : "default";
            list.Add(new OptionValue(option.Key, name, option.Read(options), source, option.Meaning));
        }
        if (file.Count > 0)
            throw new HoldfastException(ErrorCode.ConfigInvalid, $"{configFile} has an unknown key: {file.Keys.First()}");
        if (options.Flow.Problem() is { } problem)
            throw new HoldfastException(ErrorCode.ConfigInvalid, problem);
        values = list;
        return options;
    }

    private static Dictionary<string, string> ReadFile(string path)
    {
        var found = new Dictionary<string, string>(StringComparer.Ordinal);
        try
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(path), new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true });
            foreach (var property in document.RootElement.EnumerateObject())
                found[property.Name] = property.Value.ToString();
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            // No file is a valid configuration: everything has its default.
            return found;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or IOException or UnauthorizedAccessException)
        {
            throw new HoldfastException(ErrorCode.ConfigInvalid, $"{path} cannot be read: {e.Message}", hint: null, e);
        }
        return found;
    }

    private static HoldfastException Invalid(string key, string value, string allowed) =>
        new(ErrorCode.ConfigInvalid, $"{key} is '{value}', but must be: {allowed}");

    // Zero is read here and refused by the policy, which names it together with the number it must fit.
    private static Option Flow(string key, string meaning, Func<FlowPolicy, int> read, Func<FlowPolicy, int, FlowPolicy> write) => new(
        key, $"{meaning}, 1 to 100000000", o => Text(read(o.Flow)), (o, v) => Number(v, 0, 100_000_000) is { } n ? o with { Flow = write(o.Flow, n) } : null);

    private static string Text(int value) => value.ToString(CultureInfo.InvariantCulture);

    private static int? Number(string text, int from, int to) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var n) && n >= from && n <= to ? n : null;
}
