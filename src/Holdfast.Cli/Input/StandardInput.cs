using Holdfast.Linux;
using Holdfast.Linux.Events;
using Holdfast.Linux.Files;

namespace Holdfast.Cli.Input;

/// <summary>Reads bytes from standard input as they come. The descriptor belongs to the process; one reader, which it blocks.</summary>
internal static class StandardInput
{
    private static readonly Fd In = new(0);

    /// <summary>0 at the end, also where the terminal has gone.</summary>
    public static int Read(Span<byte> into)
    {
        while (true)
        {
            var read = FileSystem.Read(In, into);
            if (read.Ok)
                return read.Count;
            if (read.Error == Errno.EIO)
                return 0;
            if (!read.WouldBlock)
                throw new IOException($"standard input: {read.Error}");
            using var epoll = new Epoll(1);
            epoll.Add(In, Readiness.Readable, 0);
            epoll.Wait(-1);
        }
    }
}
