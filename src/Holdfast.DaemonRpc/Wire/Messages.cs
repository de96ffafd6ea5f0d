namespace Holdfast.DaemonRpc.Wire;

/// <summary>What a client came for.</summary>
public enum Intent : byte
{
    /// <summary>To run a command: both builds must be equal.</summary>
    Run = 0,

    /// <summary>To ask for the status or to stop: any build may.</summary>
    Control = 1,
}

/// <summary>What a daemon says to a client's version.</summary>
public enum VersionAnswer : byte
{
    Accepted = 0,

    /// <summary>Client and daemon come from different builds; nothing was begun.</summary>
    BuildDiffers = 1,

    /// <summary>The daemon is ending; nothing was begun.</summary>
    Stopping = 2,

    /// <summary>The daemon speaks another protocol; nothing was begun.</summary>
    ProtocolDiffers = 3,

    /// <summary>The client belongs to another user.</summary>
    Denied = 4,
}

/// <summary>First frame of a client. Immutable.</summary>
public sealed record ClientVersion(ushort Protocol, Intent Intent, string DaemonId, string Build)
{
    public ReadOnlyMemory<byte> Encode() =>
        new WireWriter(FrameKind.VersionCheck).UInt16(Protocol).Byte((byte)Intent).Text(DaemonId).Text(Build).Frame();

    /// <exception cref="WireException">The payload is none.</exception>
    public static ClientVersion Decode(ReadOnlySpan<byte> payload)
    {
        var reader = new WireReader(FrameKind.VersionCheck, payload);
        return new ClientVersion(reader.UInt16(), (Intent)reader.Byte(), reader.Text(WireLimits.MaxNameBytes), reader.Text(WireLimits.MaxNameBytes));
    }
}

/// <summary>First frame of a daemon: its answer, and who it is, so that whoever must stop it can verify the process. Immutable.</summary>
/// <param name="StartTime">Clock ticks after boot, as /proc tells: with the pid, an identity.</param>
public sealed record DaemonVersion(ushort Protocol, VersionAnswer Answer, int Pid, ulong StartTime, string Build)
{
    public ReadOnlyMemory<byte> Encode() =>
        new WireWriter(FrameKind.VersionCheck).UInt16(Protocol).Byte((byte)Answer).Int32(Pid).UInt64(StartTime).Text(Build).Frame();

    /// <exception cref="WireException">The payload is none.</exception>
    public static DaemonVersion Decode(ReadOnlySpan<byte> payload)
    {
        var reader = new WireReader(FrameKind.VersionCheck, payload);
        return new DaemonVersion(reader.UInt16(), (VersionAnswer)reader.Byte(), reader.Int32(), reader.UInt64(), reader.Text(WireLimits.MaxNameBytes));
    }
}

/// <summary>What a client wants done. Immutable.</summary>
/// <param name="Body">The command's text: a client's whole standard input, any bytes.</param>
/// <param name="Environment">The subset of the client's environment that it forwards.</param>
public sealed record CommandMessage(
    ReadOnlyMemory<byte> Body, IReadOnlyList<string> Arguments, string WorkingDirectory, IReadOnlyCollection<KeyValuePair<string, string>> Environment)
{
    public ReadOnlyMemory<byte> Encode() =>
        new WireWriter(FrameKind.Command, Body.Length + 1024).Bytes(Body.Span).Texts(Arguments).Text(WorkingDirectory).Pairs(Environment).Frame();

    /// <exception cref="WireException">The payload is none.</exception>
    public static CommandMessage Decode(ReadOnlySpan<byte> payload)
    {
        var reader = new WireReader(FrameKind.Command, payload);
        return new CommandMessage(reader.Bytes().ToArray(), reader.Texts(), reader.Text(), reader.Pairs());
    }
}

/// <summary>The command failed in the handler's or the daemon's hands; last frame of a command. Immutable.</summary>
/// <param name="NotBegun">The handler never saw the command: it may be sent again.</param>
public sealed record CommandErrorMessage(string Code, string Text, string Hint, int ExitCode, bool NotBegun)
{
    public ReadOnlyMemory<byte> Encode() =>
        new WireWriter(FrameKind.CommandError).Text(Code).Text(Text).Text(Hint).Int32(ExitCode).Byte(NotBegun ? (byte)1 : (byte)0).Frame();

    /// <exception cref="WireException">The payload is none.</exception>
    public static CommandErrorMessage Decode(ReadOnlySpan<byte> payload)
    {
        var reader = new WireReader(FrameKind.CommandError, payload);
        return new CommandErrorMessage(reader.Text(), reader.Text(), reader.Text(), reader.Int32(), reader.Byte() != 0);
    }
}

/// <summary>Frames of one number, of pairs, or of nothing. Stateless.</summary>
internal static class SmallFrames
{
    public static ReadOnlyMemory<byte> Empty(FrameKind kind) => new WireWriter(kind).Frame();

    public static ReadOnlyMemory<byte> Number(FrameKind kind, int value) => new WireWriter(kind).Int32(value).Frame();

    public static int ReadNumber(FrameKind kind, ReadOnlySpan<byte> payload) => new WireReader(kind, payload).Int32();

    public static ReadOnlyMemory<byte> Status(IReadOnlyCollection<KeyValuePair<string, string>> facts) => new WireWriter(FrameKind.Status).Pairs(facts).Frame();

    public static List<KeyValuePair<string, string>> ReadStatus(ReadOnlySpan<byte> payload) => new WireReader(FrameKind.Status, payload).Pairs();
}
