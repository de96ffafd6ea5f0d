using System.Runtime.InteropServices;
using Holdfast.Linux;
using Holdfast.Linux.Files;

namespace Holdfast.TestKit;

/// <summary>
/// A program that nobody can start for now: the kernel lets an execve(2) of a leased file wait until the lease is given back
/// (fcntl(2), F_SETLEASE). The nearest that a test without privileges comes to a file system that hangs. Owned by one test; any thread.
/// </summary>
public sealed class FileLease : IDisposable
{
    private const int SetLease = 1024;
    private const int WriteLease = 1;
    private const int SignalOfBreak = 29; // SIGIO; its default action ends the process

    private readonly PosixSignalRegistration _ignore = PosixSignalRegistration.Create((PosixSignal)SignalOfBreak, c => c.Cancel = true);
    private Fd? _file;

    private FileLease(string path)
    {
        Path = path;
        _file = FileSystem.Open(path, OpenFlags.ReadWrite);
        if (Control(_file.Number, SetLease, WriteLease) != 0)
            throw new InvalidOperationException($"no lease: {Marshal.GetLastPInvokeErrorMessage()}");
    }

    public string Path { get; }

    public static FileLease OnCopyOf(string program, string directory)
    {
        var path = System.IO.Path.Combine(directory, "leased");
        File.Copy(program, path);
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return new FileLease(path);
    }

    /// <summary>Of a program that nobody runs.</summary>
    public static FileLease On(string program) => new(program);

    public void Release()
    {
        _file?.Dispose();
        _file = null;
    }

    public void Dispose()
    {
        Release();
        _ignore.Dispose();
    }

#pragma warning disable SYSLIB1054 // generated marshalling needs unsafe code, which tests do without
    [DllImport("libc", EntryPoint = "fcntl", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Control(int fd, int command, nint argument);
#pragma warning restore SYSLIB1054
}
