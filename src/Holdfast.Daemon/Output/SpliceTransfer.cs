using Holdfast.Daemon.Sessions;
using Holdfast.Linux;
using Holdfast.Linux.Files;
using Holdfast.Ring;

namespace Holdfast.Daemon.Output;

/// <summary>
/// The two steps: PTY → pipe by splice, so that the bytes never leave the kernel; pipe → ring by read. The record says before each step what
/// is about to happen. See docs/transfer.md for every point at which a kill may fall. Owned by the mover.
/// </summary>
public sealed class SpliceTransfer(TransferPipe pipe, TransferRecord record) : ITransfer
{
    public string Kind => "splice";

    public IoResult Move(Session session, int atMost)
    {
        var ring = session.Ring;
        var head = ring.Head;
        session.Memory.Populate(atMost);
        record.BeginSplice(ring.SessionKey, head);
        var spliced = pipe.SpliceFrom(session.Pty!.Fd, atMost);
        if (spliced.Count <= 0)
        {
            record.Complete();
            return spliced.Ok ? new IoResult(-1, Errno.EIO) : spliced;
        }
        record.BeginRead((ulong)spliced.Count);
        ReadAll(ring.WriteWindow(head, spliced.Count));
        ring.Publish(head + (ulong)spliced.Count);
        record.Complete();
        return spliced;
    }

    private void ReadAll(Span<byte> window)
    {
        while (window.Length > 0)
        {
            var read = pipe.Read(window);
            // The bytes are in the pipe: anything else than reading them means that somebody else reads it too.
            if (read.Count <= 0)
                throw new LinuxException("read(transfer pipe)", read.Error);
            window = window[read.Count..];
        }
    }
}
