using Holdfast.Linux;

namespace Holdfast.Kernel.Tests;

/// <summary>What /proc says about descriptors of this process: an observer that shares no code with the room under test.</summary>
internal static class ProcFd
{
    private const int CloseOnExec = 0x80000; // 02000000 octal in the flags line

    public static bool ClosesOnExec(Fd fd) => (Flags(fd) & CloseOnExec) != 0;

    public static int Flags(Fd fd)
    {
        var line = File.ReadLines($"/proc/self/fdinfo/{fd.Number}").First(l => l.StartsWith("flags:", StringComparison.Ordinal));
        return Convert.ToInt32(line["flags:".Length..].Trim(), 8);
    }

    public static bool IsOpen(int number) => new FileInfo($"/proc/self/fd/{number}").LinkTarget is not null;
}
