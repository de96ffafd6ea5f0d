using Holdfast.Linux.Files;
using Holdfast.Linux.Interop;

namespace Holdfast.Linux.Processes;

/// <summary>
/// The program that this process executes, and how another takes its place: same pid, same children, same descriptors. Stateless; the
/// replacement is for the main thread, whose children the kernel lists.
/// </summary>
public static unsafe class ProgramImage
{
    private const int NameBytes = 16; // of prctl(2), the final zero included

    /// <summary>The own program, also where its file was deleted meanwhile.</summary>
    public static Fd OpenOwn() => FileSystem.Open("/proc/self/exe", OpenFlags.PathOnly);

    /// <summary>What this process is called by ps(1) and top(1): executed by descriptor, its name would be the descriptor's number.</summary>
    public static void SetName(string name)
    {
        Span<byte> bytes = stackalloc byte[NameBytes];
        bytes.Clear();
        System.Text.Encoding.UTF8.GetBytes(name.AsSpan(0, Math.Min(name.Length, NameBytes - 1)), bytes);
        fixed (byte* p = bytes)
            _ = Libc.prctl(Libc.PR_SET_NAME, (nuint)p, 0, 0, 0);
    }

    /// <summary>
    /// Becomes this program (execveat(2) of the descriptor itself, never of a path that may by then be another file). Returns only where
    /// that failed, with the error; nothing has changed then.
    /// </summary>
    public static Errno Become(Fd image, IReadOnlyList<string> arguments, IReadOnlyList<string> environment)
    {
        using var strings = new NativeStrings();
        fixed (byte** argv = strings.Array(arguments), envp = strings.Array(environment))
            _ = Libc.fexecve(image.Number, argv, envp);
        return Sys.LastError;
    }
}
