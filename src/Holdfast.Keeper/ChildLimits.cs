using System.Globalization;
using Holdfast.Linux;
using Holdfast.Linux.Processes;

namespace Holdfast.Keeper;

/// <summary>
/// Gives children the descriptor limit that the keeper was started with, although its own is raised. Made in Main, for the life of the
/// process; safe from any thread.
/// </summary>
internal sealed class ChildLimits(ulong soft, ulong hard)
{
    // While the limit is lowered, messages may bring descriptors: those above it the kernel would drop. More than one message holds.
    private const ulong Reserve = 300;

    // Added to the badness by which the kernel chooses whom to kill when memory is short: a compiler goes before its session's keeper.
    private const int OutOfMemoryStep = 200;
    private const int OutOfMemoryMaximum = 1000;

    private readonly Lock _gate = new();
    private int _holders;

    /// <summary>The soft limit that this process was started with.</summary>
    public ulong Soft => soft;

    /// <summary>Lowers the own limit, for a child to inherit; false where that could lose descriptors.</summary>
    public bool TryLower()
    {
        lock (_gate)
        {
            if (_holders == 0)
            {
                if ((ulong)CurrentProcess.OpenDescriptors + Reserve > soft)
                    return false;
                CurrentProcess.SetDescriptorLimit(soft, hard);
            }
            _holders++;
            return true;
        }
    }

    public void Raise()
    {
        lock (_gate)
        {
            _holders--;
            if (_holders == 0)
                CurrentProcess.SetDescriptorLimit(hard, hard);
        }
    }

    /// <summary>The second-best way: the program runs already, and may have looked.</summary>
    public void ApplyTo(int pid) => CurrentProcess.SetDescriptorLimitOf(pid, soft, hard);

    /// <summary>False where it has ended already, or /proc is read-only (a container): the order of killing is then the kernel's own.</summary>
    public static bool PreferForOutOfMemory(int pid)
    {
        try
        {
            var own = int.Parse(File.ReadAllText("/proc/self/oom_score_adj"), CultureInfo.InvariantCulture);
            File.WriteAllText($"/proc/{pid}/oom_score_adj", $"{Math.Min(own + OutOfMemoryStep, OutOfMemoryMaximum)}");
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
