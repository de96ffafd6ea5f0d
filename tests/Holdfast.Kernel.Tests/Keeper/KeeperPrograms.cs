using Holdfast.Linux;
using Holdfast.Linux.Files;
using Holdfast.Linux.Keeping;

namespace Holdfast.Kernel.Tests.Keeper;

/// <summary>Programs that a keeper may be asked to become: scripts around the real one, which do something of their own first. Stateless.</summary>
internal static class KeeperPrograms
{
    /// <summary>The keeper itself, by another file.</summary>
    public const string Faithful = "";

    /// <summary>
    /// A script that is asked for a preflight with <c>$asked</c> = 1, and resumes with 0; what it leaves in <c>$@</c> goes to the real keeper.
    /// </summary>
    public static string Wrap(RunningKeeper keeper, string script) => Write(
        keeper, $"asked=0; for a in \"$@\"; do [ \"$a\" = --preflight ] && asked=1; done\n{script}\nexec {keeper.Arguments[0]} \"$@\"\n");

    public static string Write(RunningKeeper keeper, string script)
    {
        var path = Path.Combine(keeper.TestDirectory, $"program-{Guid.NewGuid():N}");
        File.WriteAllText(path, "#!/bin/bash\n" + script);
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return path;
    }

    /// <summary>Asks the keeper to become this program; the answer.</summary>
    public static ControlMessage Reexecute(this StandIn daemon, string path)
    {
        using var image = FileSystem.Open(path, OpenFlags.PathOnly);
        return daemon.Ask(new(ControlKind.Reexecute) { Name = path }, image).Message;
    }

    public static string Reason(this ControlMessage answer) => System.Text.Encoding.UTF8.GetString(answer.Note.Span);
}
