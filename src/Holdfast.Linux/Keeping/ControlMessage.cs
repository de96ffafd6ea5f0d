using System.Buffers.Binary;
using System.Text;

namespace Holdfast.Linux.Keeping;

/// <summary>What a message between daemon and keeper is about.</summary>
public enum ControlKind : ushort
{
    None = 0,

    // Daemon to keeper. Each is answered by Answer or Spawned with the same request number.

    /// <summary>Send every entry. The answer is a row of Entry messages and one Fetched.</summary>
    Fetch = 1,

    /// <summary>File the descriptors under the name, with the note. An entry of that name is replaced.</summary>
    Store = 2,

    /// <summary>Replace the note of an entry.</summary>
    Note = 3,

    /// <summary>Close and forget an entry.</summary>
    Remove = 4,

    /// <summary>Start the program of the plan (second descriptor) on the terminal (first one); file it under the name.</summary>
    Spawn = 5,

    /// <summary>Send signal Value to the process filed under the name; Flags <see cref="ControlFlags.Group"/>: to its process group.</summary>
    Signal = 6,

    /// <summary>The exit of the process under the name was recorded: it may be reaped.</summary>
    ExitRecorded = 7,

    /// <summary>The daemon will exit now; Value is a <see cref="StopKind"/>.</summary>
    Stop = 8,

    /// <summary>The daemon serves.</summary>
    Ready = 9,

    /// <summary>First message to a new keeper: who the daemon is (Pid, its pidfd). Store messages follow, then Adopted.</summary>
    Adopt = 10,

    /// <summary>Everything was stored: serve.</summary>
    Adopted = 11,

    /// <summary>
    /// Execute another keeper in place of yours (the descriptor; Name: its path). Refused: an Answer with an errno and the reason in Note.
    /// Otherwise Executing, and then the Answer, from the new keeper or, with an errno, from the old one that came back.
    /// </summary>
    Reexecute = 12,

    /// <summary>The answer to Reexecute arrived: the way back is not needed any more.</summary>
    Reexecuted = 13,

    /// <summary>
    /// The next daemon is to be the program Name, ready within Value milliseconds; otherwise the present program is started again (the
    /// descriptor, where there is one: its path may be the new one's by then). Note comes back in each Welcome.
    /// </summary>
    Propose = 14,

    // Keeper to daemon.

    /// <summary>
    /// First message to a new daemon. Pid: the keeper's; Value: restarts of the daemon so far; Epoch: use it from now on. Note: of the last
    /// proposal, with <see cref="ControlFlags.Proposed"/> or <see cref="ControlFlags.Undone"/>; Name then says why it was undone.
    /// </summary>
    Welcome = 32,

    /// <summary>One entry: name, note, descriptors; see <see cref="ControlFlags"/> for its process.</summary>
    Entry = 33,

    /// <summary>All entries were sent; Value: how many.</summary>
    Fetched = 34,

    /// <summary>A request was carried out; Value: an errno, 0 for success.</summary>
    Answer = 35,

    /// <summary>Answer to Spawn: Pid and one pidfd, or Value: an errno.</summary>
    Spawned = 36,

    /// <summary>The process under the name has ended; Value: wait status. Repeated until ExitRecorded.</summary>
    Exited = 37,

    /// <summary>The listening socket was made anew; one descriptor.</summary>
    Listener = 38,

    /// <summary>The keeper was told to end: kill the sessions and stop.</summary>
    Terminate = 39,

    /// <summary>The last word before the program of a Reexecute takes over; its Answer follows within ten seconds.</summary>
    Executing = 40,
}

/// <summary>Facts beside an entry or a request.</summary>
[Flags]
public enum ControlFlags : ushort
{
    None = 0,

    /// <summary>The last descriptor is the pidfd of the process Pid.</summary>
    Process = 1,

    /// <summary>The process has ended; Value is its wait status.</summary>
    Exited = 2,

    /// <summary>It ended, but its status could not be read.</summary>
    Lost = 4,

    /// <summary>Signal the process group.</summary>
    Group = 8,

    /// <summary>The exit was recorded by a daemon.</summary>
    Recorded = 16,

    /// <summary>The daemon is the program of the last proposal.</summary>
    Proposed = 32,

    /// <summary>The program of the last proposal did not come up, and this is the former one again.</summary>
    Undone = 64,
}

/// <summary>Why a daemon leaves.</summary>
public enum StopKind
{
    /// <summary>Sessions stay; the next connection starts a daemon.</summary>
    KeepSessions = 0,

    /// <summary>Nothing is left: the keeper leaves too.</summary>
    Everything = 1,

    /// <summary>Start another one now.</summary>
    Restart = 2,
}

/// <summary>
/// One message of the control channel between daemon and keeper, which travels whole with its descriptors. Both sides are of one
/// installation, but a keeper may be months older than its daemon: unknown kinds are answered with ENOSYS, the layout never changes.
/// </summary>
public sealed record ControlMessage(ControlKind Kind)
{
    /// <summary>Largest message; a note larger than this does not fit a socket buffer.</summary>
    public const int MaxBytes = 128 * 1024;

    private const int HeaderBytes = 32;

    /// <summary>Which daemon of this keeper's life speaks; a message of a former one is refused (ESRCH).</summary>
    public uint Epoch { get; init; }

    public uint Request { get; init; }

    public ControlFlags Flags { get; init; }

    public int Pid { get; init; }

    public int Value { get; init; }

    public string Name { get; init; } = "";

    public ReadOnlyMemory<byte> Note { get; init; }

    /// <summary>How many descriptors travel with it; the receiver compares.</summary>
    public int Descriptors { get; init; }

    public byte[] Encode()
    {
        var name = Encoding.UTF8.GetBytes(Name);
        if (name.Length > ushort.MaxValue)
            throw new ArgumentException("The name of a control message is longer than its length field can say.", nameof(Name));
        var bytes = new byte[HeaderBytes + name.Length + Note.Length];
        BinaryPrimitives.WriteUInt16LittleEndian(bytes, (ushort)Kind);
        BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(2), (ushort)Flags);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(4), Epoch);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(8), Request);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(12), Pid);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(16), Value);
        BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(20), (ushort)Descriptors);
        BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(22), (ushort)name.Length);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(24), Note.Length);
        name.CopyTo(bytes.AsSpan(HeaderBytes));
        Note.Span.CopyTo(bytes.AsSpan(HeaderBytes + name.Length));
        return bytes;
    }

    /// <exception cref="FormatException">The bytes are not a message.</exception>
    public static ControlMessage Decode(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < HeaderBytes)
            throw new FormatException("A control message is at least 32 bytes.");
        var nameLength = BinaryPrimitives.ReadUInt16LittleEndian(bytes[22..]);
        var noteLength = BinaryPrimitives.ReadInt32LittleEndian(bytes[24..]);
        if (noteLength < 0 || HeaderBytes + nameLength + noteLength != bytes.Length)
            throw new FormatException("The lengths of a control message do not add up.");
        return new ControlMessage((ControlKind)BinaryPrimitives.ReadUInt16LittleEndian(bytes))
        {
            Flags = (ControlFlags)BinaryPrimitives.ReadUInt16LittleEndian(bytes[2..]),
            Epoch = BinaryPrimitives.ReadUInt32LittleEndian(bytes[4..]),
            Request = BinaryPrimitives.ReadUInt32LittleEndian(bytes[8..]),
            Pid = BinaryPrimitives.ReadInt32LittleEndian(bytes[12..]),
            Value = BinaryPrimitives.ReadInt32LittleEndian(bytes[16..]),
            Descriptors = BinaryPrimitives.ReadUInt16LittleEndian(bytes[20..]),
            Name = Encoding.UTF8.GetString(bytes.Slice(HeaderBytes, nameLength)),
            Note = bytes[(HeaderBytes + nameLength)..].ToArray(),
        };
    }
}
