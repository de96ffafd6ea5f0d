namespace Holdfast.Keeper;

/// <summary>An entry of the store. Descriptors are numbers: they stay what they are across execve(2).</summary>
/// <param name="Handle">The pidfd of its process, or -1.</param>
/// <param name="Flags">As the entry would travel to a daemon.</param>
/// <param name="Status">The wait status, where it has ended.</param>
internal sealed record EntryState(string Name, byte[] Note, int[] Descriptors, int Pid, int Handle, ushort Flags, int Status);

/// <summary>A process that no entry names any more.</summary>
internal sealed record UnnamedState(int Pid, int Handle);

/// <summary>A proposed daemon program, and how far its trial is.</summary>
/// <param name="FormerImage">The former program itself, or -1.</param>
internal sealed record TrialState(string Program, string Former, int FormerImage, int PatienceMs, byte[] Note, int Stage, string Reason);

/// <summary>What the supervisor knows of its daemons. Times are of the monotonic clock.</summary>
internal sealed record SupervisorState(
    int Pid, int Handle, string Program, long? ReadyAt, int FailedStarts, int Restarts, int? Stop, long[] Crashes, TrialState? Trial);

/// <summary>
/// All that a keeper is, beside its command line and environment: what it hands to the program that takes its place. A value, made and read
/// on the loop thread around one execve(2).
/// </summary>
internal sealed record KeeperState
{
    /// <summary>The command line, without what concerned the start of the process.</summary>
    public required IReadOnlyList<string> Arguments { get; init; }

    public required uint Epoch { get; init; }

    public required bool Fetched { get; init; }

    /// <summary>The daemon's control channel.</summary>
    public required int Channel { get; init; }

    /// <summary>The request that is to be answered.</summary>
    public required uint Request { get; init; }

    /// <summary>The O_PATH descriptor of the listening socket, by whose number clients may know it.</summary>
    public required int SocketPath { get; init; }

    /// <summary>The new program; a script among programs is read through it. Closed by whoever resumes.</summary>
    public required int Image { get; init; }

    /// <summary>The old program: the way back.</summary>
    public required int FormerImage { get; init; }

    /// <summary>The soft descriptor limit that programs are started with.</summary>
    public required ulong SoftLimit { get; init; }

    public required SupervisorState Supervisor { get; init; }

    public required IReadOnlyList<EntryState> Entries { get; init; }

    public required IReadOnlyList<UnnamedState> Unnamed { get; init; }

    /// <summary>Every descriptor that stays open across the execve(2); all others are closed by it.</summary>
    public IEnumerable<int> Descriptors =>
        Entries.SelectMany(e => e.Descriptors.Append(e.Handle))
            .Concat(Unnamed.Select(u => u.Handle))
            .Concat([Channel, SocketPath, Image, FormerImage, Supervisor.Handle, Supervisor.Trial?.FormerImage ?? -1])
            .Where(number => number >= 0);
}
