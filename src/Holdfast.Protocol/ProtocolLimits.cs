namespace Holdfast.Protocol;

/// <summary>
/// The sizes both sides of a connection hold each other to.
/// Constant, callable from any thread.
/// </summary>
public static class ProtocolLimits
{
    private const int KiB = 1024;
    private const int MiB = 1024 * KiB;

    /// <summary>
    /// Largest frame in either direction, the length prefix apart.
    /// A create with a full environment fits; a peer cannot make us buffer more than this.
    /// </summary>
    public const int MaxFrameBytes = MiB;

    /// <summary>Most bytes in one output frame. Small enough that an event never waits long behind one, large enough that its header costs nothing.</summary>
    public const int MaxOutputDataBytes = 64 * KiB;

    /// <summary>Most bytes in one input frame, for the same reason.</summary>
    public const int MaxInputDataBytes = 64 * KiB;

    /// <summary>
    /// Most unacknowledged input per client and session: what the daemon may have to hold while a program does not read.
    /// Four full frames keep a paste moving without a pause.
    /// </summary>
    public const int InputWindowBytes = 256 * KiB;

    /// <summary>Most bytes in one history answer: a quarter of a frame, so that several may be under way without crowding out events.</summary>
    public const int MaxHistoryBytes = 256 * KiB;

    /// <summary>Longest client id; it is also a fixed field in shared memory.</summary>
    public const int MaxClientIdChars = 64;

    /// <summary>A hello that takes longer is a port scan or a hang; a local client needs microseconds.</summary>
    public const int HandshakeTimeoutMs = 5_000;

    /// <summary>Most columns, and most rows: beyond any screen, and it bounds the terminal model's memory.</summary>
    public const uint MaxTerminalSide = 1_000;

    /// <summary>Smallest ring: what one pipe transfer can carry must fit.</summary>
    public const ulong MinRingBytes = 64 * KiB;

    /// <summary>Largest ring: it is mapped twice in a row, and populated pages are not given back.</summary>
    public const ulong MaxRingBytes = 1024UL * MiB;

    /// <summary>True for 1 to 64 printable ASCII characters without blanks: it is shown in logs and tables as it is.</summary>
    public static bool IsClientId(ReadOnlySpan<char> clientId) =>
        clientId.Length is > 0 and <= MaxClientIdChars && !clientId.ContainsAnyExceptInRange('!', '~');

    public static bool IsTerminalSize(uint columns, uint rows) =>
        columns is > 0 and <= MaxTerminalSide && rows is > 0 and <= MaxTerminalSide;

    /// <summary>True for a power of two from <see cref="MinRingBytes"/> to <see cref="MaxRingBytes"/>.</summary>
    public static bool IsRingBytes(ulong bytes) =>
        bytes is >= MinRingBytes and <= MaxRingBytes && ulong.IsPow2(bytes);
}
