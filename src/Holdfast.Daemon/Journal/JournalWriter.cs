using System.Collections.Concurrent;

namespace Holdfast.Daemon.Journal;

/// <summary>
/// The journal's one thread beside the loop: takes jobs from a bounded queue, in their order, and reports each back by message. Owned by the host,
/// lives as long as the daemon. <see cref="TryPost"/> is for the loop alone.
/// </summary>
/// <param name="store">Where the jobs are written to.</param>
/// <param name="loop">Where the reports go to.</param>
/// <param name="done">Called on the loop for each job: what it wrote, or what went wrong.</param>
public sealed class JournalWriter(JournalStore store, SynchronizationContext loop, Action<JournalJob, JournalTally, Exception?> done)
{
    /// <summary>More sessions than this wait for the next tick; each has at most two jobs under way.</summary>
    public const int MostWaiting = 4096;

    // The work is a few frames deep.
    private const int StackBytes = 256 * 1024;

    private readonly BlockingCollection<JournalJob> _queue = new(MostWaiting);

    public void Start() => new Thread(Work, StackBytes) { IsBackground = true, Name = "journal" }.Start();

    /// <summary>False where the queue is full.</summary>
    public bool TryPost(JournalJob job) => _queue.TryAdd(job);

    private void Work()
    {
        foreach (var job in _queue.GetConsumingEnumerable())
        {
            var (tally, fault) = Do(job);
            loop.Post(_ => done(job, tally, fault), null);
        }
    }

    private (JournalTally Tally, Exception? Fault) Do(JournalJob job)
    {
        try
        {
            return (store.Save(job), null);
        }
        catch (Exception e)
        {
            // Whatever it was: the loop decides what becomes of it, and this thread must live on.
            return (JournalTally.Nothing, e);
        }
        finally
        {
            job.Dispose();
        }
    }
}
