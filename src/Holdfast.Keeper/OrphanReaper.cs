using System.Globalization;
using Holdfast.Linux.Processes;

namespace Holdfast.Keeper;

/// <summary>
/// Reaps what the shells left behind and the kernel gave to us, their subreaper. Never a process that somebody watches by pidfd.
/// Stateless; loop thread only.
/// </summary>
internal static class OrphanReaper
{
    // The kernel gives orphans to the first thread. Children of the spawn threads are not in its list: a program that was just started and
    // has ended before the loop knew its pid cannot be taken for an orphan.
    private static readonly string MainThreadChildren = $"/proc/self/task/{Environment.ProcessId}/children";

    /// <summary>Pids to look at; taken before anything else of the turn, see <see cref="Reap"/>.</summary>
    public static IReadOnlyList<int> List()
    {
        string text;
        try
        {
            text = File.ReadAllText(MainThreadChildren);
        }
        catch (IOException)
        {
            // A kernel without CONFIG_PROC_CHILDREN: zombies of daemonised grandchildren stay until the keeper ends; they cost a pid each.
            return [];
        }
        return [.. text.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(t => int.Parse(t, CultureInfo.InvariantCulture))];
    }

    /// <summary>
    /// Reaps those of the list that have ended and that nobody watches. The caller hears of finished spawns between the list and this
    /// call: when a spawn thread ends, its children join the list, and their pids were announced before.
    /// </summary>
    public static void Reap(IReadOnlyList<int> pids, Func<int, bool> isWatched)
    {
        foreach (var pid in pids)
        {
            if (!isWatched(pid))
                Children.Reap(pid, out _);
        }
    }
}
