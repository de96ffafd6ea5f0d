namespace Holdfast.DaemonRpc.Lifecycle;

/// <summary>
/// What was seen of starting a daemon over several attempts to reach it: whether a keeper was started, and what was logged meanwhile.
/// Owned by one series of attempts, one thread at a time; make it before the first attempt, so that its log begins there.
/// </summary>
public sealed class StartWitness(IDaemonPlace paths)
{
    private readonly LogTail _logs = new(paths);

    internal bool Started { get; set; }

    /// <summary>What keeper and daemon logged since; empty where they said nothing.</summary>
    public string Logged() => _logs.Read();

    /// <summary>The failure to report where attempts ended without a welcome; its message ends with the log.</summary>
    public LifecycleException NeverReady(string what) => LifecycleException.StartFailed(what, Logged());
}
