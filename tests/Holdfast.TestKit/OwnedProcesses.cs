using System.Globalization;
using System.Text;
using Holdfast.Linux;
using Holdfast.Linux.Events;
using Holdfast.Linux.Processes;

namespace Holdfast.TestKit;

/// <summary>
/// The processes that belong to one private daemon: those whose environment names its directory. Stateless beside that name; any thread.
/// </summary>
public sealed class OwnedProcesses(string directory)
{
    private readonly byte[] _marker = Encoding.UTF8.GetBytes(directory + "/");

    /// <summary>Living ones; a zombie has no environment any more and is not among them.</summary>
    public List<int> Find()
    {
        var found = new List<int>();
        foreach (var process in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(process), NumberStyles.None, CultureInfo.InvariantCulture, out var pid) && IsOurs(pid))
                found.Add(pid);
        }
        found.Remove(Environment.ProcessId);
        return found;
    }

    /// <summary>Kills them all, until a look finds none. Returns what was found, with names.</summary>
    public List<string> KillAll()
    {
        var names = new List<string>();
        for (var left = Find(); left.Count > 0; left = Find())
        {
            foreach (var pid in left)
            {
                names.Add($"{pid} {NameOf(pid)}");
                Kill(pid);
            }
        }
        return names;
    }

    /// <summary>Kills the process and waits until it is dead.</summary>
    public static void Kill(int pid)
    {
        if (PidFd.TryOpen(pid, out var process) != Errno.None)
            return;
        using (process)
        {
            process!.Send(Signals.Kill);
            AwaitEnd(process, DaemonProcess.Deadline);
        }
    }

    public static void Signal(int pid, int signal)
    {
        if (PidFd.TryOpen(pid, out var process) is var error && error != Errno.None)
            throw new LinuxException("pidfd_open", error);
        using (process)
        {
            if (process!.Send(signal) is var sent && sent != Errno.None)
                throw new LinuxException("pidfd_send_signal", sent);
        }
    }

    /// <summary>Waits for the end of a process, whoever its parent is; one that is gone has ended.</summary>
    public static Task EndOfAsync(int pid, TimeSpan? deadline = null) => Task.Factory.StartNew(
        () =>
        {
            if (PidFd.TryOpen(pid, out var process) != Errno.None)
                return;
            using (process)
                AwaitEnd(process!, deadline ?? DaemonProcess.Deadline);
        },
        CancellationToken.None,
        TaskCreationOptions.LongRunning,
        TaskScheduler.Default);

    /// <summary>A living child of the process, other than this one; waits until there is one.</summary>
    public static int ChildOf(int parent, int otherThan)
    {
        var until = Environment.TickCount64 + (long)DaemonProcess.Deadline.TotalMilliseconds;
        while (Environment.TickCount64 < until)
        {
            // Nothing announces a process: the kernel's list is asked until it is there.
            var child = ProcessTable.Read(out _).FirstOrDefault(p => p.Value.Parent == parent && p.Key != otherThan && !p.Value.IsDead).Key;
            if (child != 0)
                return child;
        }
        throw new TimeoutException($"process {parent} started nothing");
    }

    /// <summary>True while it lives and is no zombie.</summary>
    public static bool IsAlive(int pid) => ProcessFacts.TryRead(pid, out var facts) && facts.State is not ('Z' or 'X');

    private static void AwaitEnd(PidFd process, TimeSpan deadline)
    {
        using var epoll = new Epoll(1);
        epoll.Add(process.Fd, Readiness.Readable, 1);
        var until = Environment.TickCount64 + (long)deadline.TotalMilliseconds;
        while (epoll.Wait((int)Math.Max(0, until - Environment.TickCount64)) == 0)
        {
            if (Environment.TickCount64 >= until)
                throw new TimeoutException("a process did not end");
        }
    }

    private bool IsOurs(int pid)
    {
        try
        {
            return File.ReadAllBytes($"/proc/{pid}/environ").AsSpan().IndexOf(_marker) >= 0;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It ended meanwhile, or is another user's: neither is ours.
            return false;
        }
    }

    internal static string NameOf(int pid)
    {
        try
        {
            return File.ReadAllText($"/proc/{pid}/cmdline").Replace('\0', ' ');
        }
        catch (IOException)
        {
            return "(ended)";
        }
    }
}
