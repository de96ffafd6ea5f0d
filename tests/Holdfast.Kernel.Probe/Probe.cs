using System.Globalization;
using Holdfast.Linux;
using Holdfast.Linux.Events;
using Holdfast.Linux.Files;
using Holdfast.Linux.Processes;
using Holdfast.Linux.Pty;
using Holdfast.Linux.Sockets;
using Holdfast.Linux.Spawn;

namespace Holdfast.Kernel.Probe;

/// <summary>Answers one question, named by the first argument, as lines of KEY=VALUE. Lives for one answer.</summary>
internal static class Probe
{
    // sysexits(3): the command was used incorrectly.
    private const int Usage = 64;

    public static int Run(string[] arguments)
    {
        switch (arguments)
        {
            case ["begin-closed", var answer]:
                // Closed here, after everything was loaded once: the just-in-time runtime puts files of its own on free numbers.
                Begin();
                for (var fd = 0; fd <= 2; fd++)
                    new Fd(fd).Dispose();
                File.WriteAllLines(answer, Begin());
                return 0;
            case ["begin", var answer, var soft]:
                // Set here and not by the starter: the just-in-time runtime raises it before Main, the native one does not.
                CurrentProcess.SetDescriptorLimit(ulong.Parse(soft, CultureInfo.InvariantCulture), CurrentProcess.DescriptorLimit.Hard);
                File.WriteAllLines(answer, Begin());
                return 0;
            case ["begin", var answer]:
                File.WriteAllLines(answer, Begin());
                return 0;
            case ["open-pty"]:
                return Print(OpenPty());
            case ["truncate"]:
                return Print(ReceiveNearTheLimit());
            case ["peek"]:
                return Print(PeekAtChildren());
            case ["signals", var count]:
                return HearSignals(int.Parse(count, CultureInfo.InvariantCulture));
            case ["parent", var script]:
                return Parent(script);
            case ["daemon", "run"]:
                return StandInDaemon.Run();
            default:
                Console.Error.WriteLine("usage: probe begin FILE [LIMIT] | begin-closed FILE | open-pty | truncate | peek | signals COUNT | parent SCRIPT | daemon run");
                return Usage;
        }
    }

    private static int Print(IEnumerable<string> lines)
    {
        foreach (var line in lines)
            Console.WriteLine(line);
        return 0;
    }

    /// <summary>What the ritual of a long-lived process finds and leaves, and whether a child can be started and its status read then.</summary>
    private static List<string> Begin()
    {
        var answer = new List<string> { $"child-ignored-before={Ignored(Signals.Child)}" };
        var found = CurrentProcess.Begin();
        var (soft, hard) = CurrentProcess.DescriptorLimit;
        answer.Add($"child-ignored-after={Ignored(Signals.Child)}");
        answer.Add($"found={found}");
        answer.Add($"raised={soft == hard}");
        answer.Add($"directory={Environment.CurrentDirectory}");
        for (var fd = 0; fd <= 2; fd++)
            answer.Add($"fd{fd}={new FileInfo($"/proc/self/fd/{fd}").LinkTarget}");
        using var bell = new EventFd();
        answer.Add($"first-own={bell.Fd.Number > 2}");
        answer.Add($"status={StatusOf("exit 42").Code}");
        return answer;
    }

    private static List<string> OpenPty()
    {
        var pty = PtyPair.Open(new WindowSize(80, 24));
        using var master = pty.Master;
        using var slave = pty.Slave;
        using var again = FileSystem.Open($"/dev/pts/{master.Index}", OpenFlags.ReadWrite);
        ProcessFacts.TryRead(Environment.ProcessId, out var facts);
        return [$"leader={facts.Session == Environment.ProcessId}", $"tty={Field(7)}"];
    }

    private static List<string> ReceiveNearTheLimit()
    {
        const int sent = 100;
        var (one, other) = FdChannel.CreatePair();
        using var bell = new EventFd();
        one.Send("message"u8, Enumerable.Repeat(bell.Fd, sent).ToArray());
        var highest = Directory.GetFileSystemEntries("/proc/self/fd").Max(f => int.Parse(Path.GetFileName(f), CultureInfo.InvariantCulture));
        var (soft, hard) = CurrentProcess.DescriptorLimit;
        var got = new List<Fd>();
        CurrentProcess.SetDescriptorLimit((ulong)highest + 2, hard);
        var message = other.Receive(new byte[64], got);
        CurrentProcess.SetDescriptorLimit(soft, hard);
        return [$"bytes={message.Result.Count}", $"truncated={message.Truncated}", $"fewer={got.Count < sent}"];
    }

    private static List<string> PeekAtChildren()
    {
        using var none = FileSystem.Open("/dev/null", OpenFlags.ReadWrite);
        var missing = new SpawnPlan("/no/such/program", "/", ["x"], []);
        var error = ChildSpawner.TrySpawn(missing, new ChildDescriptors.Listed([none, none, none]), out _);
        var answer = new List<string> { $"failed={error}", $"left={Children.PeekEnded()}" };
        var pid = Start("exit 42");
        PidFd.TryOpen(pid, out var child);
        using (child)
            AwaitEnd(child!);
        answer.Add($"seen={Children.PeekEnded() == pid}");
        answer.Add($"again={Children.PeekEnded() == pid}");
        answer.Add($"reaped={Children.Reap(pid, out var status)} {status.Code}");
        answer.Add($"then={Children.PeekEnded()}");
        return answer;
    }

    /// <summary>Prints what each of so many signals was heard as.</summary>
    private static int HearSignals(int count)
    {
        using var doorbell = new SignalDoorbell();
        using var epoll = new Epoll(1);
        epoll.Add(doorbell.Fd, Readiness.Readable, 1);
        Console.WriteLine("ready;");
        for (var i = 0; i < count; i++)
        {
            Wait(epoll);
            var heard = doorbell.Take();
            Console.WriteLine($"stop={heard.Stop} hangup={heard.HangUp} left={doorbell.Take().Bits};");
        }
        return 0;
    }

    /// <summary>Has a child, whose pid it prints, as a zombie until a byte of standard input asks for it to be reaped.</summary>
    private static int Parent(string script)
    {
        var pid = Start(script);
        Console.WriteLine($"child={pid};");
        using var input = new Epoll(1);
        input.Add(new Fd(0), Readiness.Readable, 1);
        Wait(input);
        PidFd.TryOpen(pid, out var child);
        using (child)
            AwaitEnd(child!);
        Children.Reap(pid, out _);
        Console.WriteLine("reaped;");
        return 0;
    }

    private static ExitStatus StatusOf(string script)
    {
        PidFd.TryOpen(Start(script), out var child);
        using (child)
        {
            AwaitEnd(child!);
            return child!.QueryChild(reap: true, out var status) == ExitQuery.Known ? status : ExitStatus.Unknown;
        }
    }

    private static int Start(string script)
    {
        using var none = FileSystem.Open("/dev/null", OpenFlags.ReadWrite);
        var plan = new SpawnPlan("/bin/bash", "/", ["bash", "-c", script], []);
        var error = ChildSpawner.TrySpawn(plan, new ChildDescriptors.Listed([none, none, none]), out var pid);
        return error == Errno.None ? pid : throw new LinuxException("spawn", error);
    }

    private static void AwaitEnd(PidFd child)
    {
        using var epoll = new Epoll(1);
        epoll.Add(child.Fd, Readiness.Readable, 1);
        Wait(epoll);
    }

    private static void Wait(Epoll epoll)
    {
        while (epoll.Wait(-1) == 0)
        {
            // Interrupted.
        }
    }

    private static bool Ignored(int signal)
    {
        var line = File.ReadLines("/proc/self/status").First(l => l.StartsWith("SigIgn:", StringComparison.Ordinal));
        return (Convert.ToUInt64(line["SigIgn:".Length..].Trim(), 16) >> (signal - 1) & 1) != 0;
    }

    // Numbered as in proc_pid_stat(5).
    private static string Field(int number)
    {
        var text = File.ReadAllText("/proc/self/stat");
        return text[(text.LastIndexOf(')') + 2)..].Split(' ')[number - 3];
    }
}
