using Holdfast.Linux;
using Holdfast.Linux.Files;
using Holdfast.Protocol.V1;

namespace Holdfast.Cli.Output;

/// <summary>Which terminal standard output is, for the daemon that may write to it. Pure but for the look.</summary>
internal static class OwnTerminal
{
    /// <summary>Null where it cannot be looked at.</summary>
    public static TerminalIdentity? Describe()
    {
        try
        {
            using var terminal = FileSystem.Open("/proc/self/fd/1", OpenFlags.PathOnly);
            var facts = FileSystem.Stat(terminal);
            return new TerminalIdentity { Device = facts.Device, Inode = facts.Inode };
        }
        catch (LinuxException e)
        {
            // It is shown by this process alone then.
            _ = e;
            return null;
        }
    }
}
