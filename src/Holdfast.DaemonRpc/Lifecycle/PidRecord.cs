using System.Text.Json;
using System.Text.Json.Serialization;
using Holdfast.Linux;
using Holdfast.Linux.Files;
using Holdfast.Linux.Processes;

namespace Holdfast.DaemonRpc.Lifecycle;

/// <summary>
/// Who a daemon says it is: in its pid file, and in its first answer. An immutable value, believed only after <see cref="TryVerify"/>.
/// </summary>
public sealed record PidRecord(int Pid, ulong StartTime, string Build)
{
    public static PidRecord OfThisProcess(string build) =>
        new(Environment.ProcessId, ProcessFacts.TryRead(Environment.ProcessId, out var facts) ? facts.StartTime : 0, build);

    /// <summary>The record, or null where there is none or it is damaged.</summary>
    public static PidRecord? TryRead(string path)
    {
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllBytes(path), PidJson.Default.PidRecord);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            return null;
        }
    }

    /// <summary>Replaces the file as a whole, so that nobody reads half of it.</summary>
    public void Write(string path)
    {
        var beside = $"{path}.{Pid}";
        try
        {
            File.WriteAllBytes(beside, JsonSerializer.SerializeToUtf8Bytes(this, PidJson.Default.PidRecord));
            File.SetUnixFileMode(beside, UnixFileMode.UserRead | UnixFileMode.UserWrite);
            File.Move(beside, path, overwrite: true);
        }
        catch (IOException)
        {
            // A full disk: not even an empty file is left behind.
            FileSystem.Unlink(beside);
            throw;
        }
    }

    /// <summary>
    /// The process, where it is the daemon beyond doubt: alive since that time, and with this daemon's lock open. A recycled or forged pid fails one of them.
    /// </summary>
    public PidFd? TryVerify(string lockFile)
    {
        if (Pid <= 1 || PidFd.TryOpen(Pid, out var process) != Errno.None)
            return null;
        // The descriptor names one process for ever: what is true of the pid now is true of it.
        if (ProcessFacts.TryRead(Pid, out var facts) && !facts.IsDead && facts.StartTime == StartTime && ProcessTable.HasOpen(Pid, lockFile))
            return process;
        process!.Dispose();
        return null;
    }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(PidRecord))]
internal sealed partial class PidJson : JsonSerializerContext;
