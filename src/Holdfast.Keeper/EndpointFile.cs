using System.Text.Json;
using Holdfast.Linux;
using Holdfast.Linux.Files;
using Holdfast.Linux.Processes;

namespace Holdfast.Keeper;

/// <summary>
/// The record by which clients find the socket when its path is gone: who the keeper is, and its descriptor of the socket.
/// Stateless; loop thread only.
/// </summary>
internal static class EndpointFile
{
    private const uint OwnerOnly = 0x180; // 0600

    /// <summary>Replaces the record at once and whole. The error where it cannot be written; the socket's path serves then.</summary>
    public static Errno TryWrite(string path, string socket, Fd pathDescriptor)
    {
        var temporary = $"{path}.{Environment.ProcessId}";
        try
        {
            FileSystem.Unlink(temporary);
            using (var file = FileSystem.Open(temporary, OpenFlags.WriteOnly | OpenFlags.Create | OpenFlags.Exclusive, OwnerOnly))
            {
                var written = FileSystem.Write(file, Describe(socket, pathDescriptor));
                if (!written.Ok)
                    return written.Error;
            }
            return FileSystem.Rename(temporary, path);
        }
        catch (LinuxException e)
        {
            return e.Error;
        }
    }

    private static byte[] Describe(string socket, Fd pathDescriptor)
    {
        ProcessFacts.TryRead(Environment.ProcessId, out var facts);
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
        {
            json.WriteStartObject();
            json.WriteNumber("keeper_pid", Environment.ProcessId);
            json.WriteNumber("keeper_start_time", facts.StartTime);
            json.WriteString("socket", socket);
            json.WriteNumber("socket_fd", pathDescriptor.Number);
            json.WriteEndObject();
        }
        return stream.ToArray();
    }
}
