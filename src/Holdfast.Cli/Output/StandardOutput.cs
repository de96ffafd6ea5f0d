using System.Text;
using Holdfast.Linux;
using Holdfast.Linux.Events;
using Holdfast.Linux.Files;
using Holdfast.Linux.Tty;

namespace Holdfast.Cli.Output;

/// <summary>
/// Writes bytes to the standard descriptors, whole, without a console's set-up and without buffers of its own.
/// The descriptors belong to the process and are never closed. One writer per descriptor at a time.
/// </summary>
internal static class StandardOutput
{
    private const int OutNumber = 1;
    private const int ErrorNumber = 2;

    private static readonly Fd Out = new(OutNumber);
    private static readonly Fd Error = new(ErrorNumber);

    public static bool IsTerminal => RawMode.IsTerminal(OutNumber);

    public static bool IsColoured => IsTerminal && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"));

    /// <exception cref="BrokenPipeException">The reader has gone.</exception>
    public static void Write(ReadOnlySpan<byte> bytes) => WriteAll(Out, bytes);

    /// <exception cref="BrokenPipeException">The reader has gone.</exception>
    public static void WriteLine(string line) => WriteAll(Out, Encoding.UTF8.GetBytes(line + "\n"));

    /// <summary>For people: where it cannot be written, it is not.</summary>
    public static void WriteErrorLine(string line)
    {
        try
        {
            WriteAll(Error, Encoding.UTF8.GetBytes(line + "\n"));
        }
        catch (Exception e) when (e is BrokenPipeException or LinuxException)
        {
            // Nobody reads it, and there is no other place to say so.
            _ = e;
        }
    }

    private static void WriteAll(Fd fd, ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            var written = FileSystem.Write(fd, bytes);
            if (written.Ok)
                bytes = bytes[written.Count..];
            else if (written.WouldBlock)
                AwaitWritable(fd);
            else if (written.Disconnected)
                throw new BrokenPipeException();
            else
                throw new IOException($"standard output: {written.Error}");
        }
    }

    // Some other program may have set O_NONBLOCK on the terminal or pipe that we share with it.
    private static void AwaitWritable(Fd fd)
    {
        using var epoll = new Epoll(1);
        epoll.Add(fd, Readiness.Writable, 0);
        epoll.Wait(-1);
    }
}
