using System.Collections;
using System.Text;
using Holdfast.Linux;
using Holdfast.Linux.Events;
using Holdfast.Linux.Files;
using Holdfast.Linux.Memory;
using Holdfast.Linux.Processes;
using Holdfast.Linux.Spawn;
using Holdfast.Protocol;
using Holdfast.Protocol.V1;

namespace Holdfast.Daemon.Upgrades;

/// <summary>Looks at new programs before anything is stopped for them. Stateless; away from the loop, for file systems may hang.</summary>
internal static class ProgramCheck
{
    private const int PreflightMs = 5000;
    private const int MostReasonChars = 300;
    private static readonly byte[] Elf = [0x7F, (byte)'E', (byte)'L', (byte)'F'];

    /// <summary>The file as a descriptor, which stays this file whatever becomes of the path.</summary>
    /// <exception cref="HoldfastException">UPGRADE_REFUSED.</exception>
    public static Fd Open(string path)
    {
        if (!Path.IsPathRooted(path))
            throw Refused($"{path} is not an absolute path");
        try
        {
            using var readable = FileSystem.Open(path, OpenFlags.ReadOnly | OpenFlags.NonBlocking);
            if (!FileSystem.Stat(readable).IsRegular)
                throw Refused($"{path} is not a file");
            var start = new byte[Elf.Length];
            // Between two keepers a script would reap their children, and between two daemons it hides which program it is.
            if (FileSystem.ReadAt(readable, start, 0).Count != start.Length || !start.AsSpan().SequenceEqual(Elf))
                throw Refused($"{path} is not an executable program (no ELF file)");
            if (FileSystem.Access(path, 1) is var access && access != Errno.None)
                throw Refused($"{path} may not be executed ({access})");
            return FileSystem.Open(path, OpenFlags.PathOnly);
        }
        catch (LinuxException e)
        {
            throw Refused($"{path} cannot be opened ({e.Error})");
        }
    }

    public static bool IsSame(Fd image, string running)
    {
        using var own = FileSystem.Open(running, OpenFlags.PathOnly);
        return FileSystem.Stat(own).SameFile(FileSystem.Stat(image));
    }

    /// <summary>Runs the program for a moment and asks it whether it can go on with what this daemon would leave.</summary>
    /// <exception cref="HoldfastException">UPGRADE_REFUSED.</exception>
    public static PreflightAnswer Ask(string program, string needs)
    {
        using var nothing = FileSystem.Open("/dev/null", OpenFlags.ReadOnly);
        using var output = MemoryFile.FromBytes("holdfast-preflight", []);
        using var errors = MemoryFile.FromBytes("holdfast-preflight-errors", []);
        List<string> variables = [.. Environment.GetEnvironmentVariables().Cast<DictionaryEntry>().Select(v => $"{v.Key}={v.Value}")];
        var plan = new SpawnPlan(program, "/", [program, "daemon", "run", PreflightAnswer.Option, needs], variables);
        var error = ChildSpawner.TrySpawn(plan, new ChildDescriptors.Listed([nothing, output, errors]), out var pid);
        if (error != Errno.None)
            throw Refused($"{program} cannot be executed ({error})");
        if (PidFd.TryOpen(pid, out var process) == Errno.None)
        {
            using (process)
                Await(process!, program);
        }
        var answer = PreflightAnswer.TryRead(MemoryFile.ReadAll(output)) ?? throw Refused($"{program} does not answer as a daemon{Told(errors)}");
        return answer.Unreadable.Count == 0
            ? answer
            : throw Refused($"{program} (version {answer.Version}) cannot read what this daemon keeps: {string.Join(", ", answer.Unreadable)}");
    }

    public static HoldfastException Refused(string why) => new(ErrorCode.UpgradeRefused, why);

    // Its exit status does not matter: the loop may have reaped it already, and what it wrote says it all.
    private static void Await(PidFd process, string program)
    {
        Span<PollEntry> wait = [new PollEntry(process.Fd.Number, Readiness.Readable)];
        for (var until = Reactor.Now + PreflightMs; DescriptorPoll.Wait(wait, (int)Math.Max(0, until - Reactor.Now)) == 0;)
        {
            if (Reactor.Now < until)
                continue;
            process.Send(Signals.Kill);
            throw Refused($"{program} did not answer within {PreflightMs / 1000} s");
        }
    }

    private static string Told(Fd errors)
    {
        var text = Encoding.UTF8.GetString(MemoryFile.ReadAll(errors)).Trim();
        return text.Length == 0 ? "" : $": {text[..Math.Min(text.Length, MostReasonChars)]}";
    }
}
