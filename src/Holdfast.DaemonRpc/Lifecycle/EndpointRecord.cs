using System.Text.Json;
using System.Text.Json.Serialization;
using Holdfast.Linux.Processes;

namespace Holdfast.DaemonRpc.Lifecycle;

/// <summary>
/// Where the living keeper's socket is, as the keeper wrote it beside its lock: the way in when the runtime directory was removed under it.
/// An immutable value; true only as long as the process it names lives.
/// </summary>
public sealed record EndpointRecord(int KeeperPid, ulong KeeperStartTime, string Socket, int SocketFd)
{
    /// <summary>The record, or null where there is none, it is damaged, or its keeper is gone (pid and start time both count).</summary>
    public static EndpointRecord? TryRead(string path)
    {
        EndpointRecord? record;
        try
        {
            record = JsonSerializer.Deserialize(File.ReadAllBytes(path), LifecycleJson.Default.EndpointRecord);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            return null;
        }
        return record is not null && ProcessFacts.TryRead(record.KeeperPid, out var facts) && facts.StartTime == record.KeeperStartTime ? record : null;
    }

    /// <summary>Reaches the socket through the keeper's own descriptor, whatever became of its path.</summary>
    public string DescriptorPath => $"/proc/{KeeperPid}/fd/{SocketFd}";
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(EndpointRecord))]
internal sealed partial class LifecycleJson : JsonSerializerContext;
