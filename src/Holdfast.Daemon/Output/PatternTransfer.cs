using Holdfast.Daemon.Sessions;
using Holdfast.Linux;
using Holdfast.Ring;

namespace Holdfast.Daemon.Output;

/// <summary>
/// For kernels that cannot splice from a PTY: the window is filled with a pattern before a plain read, so that the next daemon can see how far
/// a read went that nobody noted. Owned by the mover.
/// </summary>
public sealed class PatternTransfer(TransferRecord record) : ITransfer
{
    public string Kind => "pattern";

    public IoResult Move(Session session, int atMost)
    {
        var ring = session.Ring;
        var head = ring.Head;
        var length = Math.Min(atMost, PatternWindow.Bytes);
        session.Memory.Populate(length);
        var window = ring.WriteWindow(head, length);
        PatternWindow.Fill(window, head);
        record.BeginPatternRead(ring.SessionKey, head, (ulong)length);
        var read = session.Pty!.Read(window);
        if (read.Count > 0)
            ring.Publish(head + (ulong)read.Count);
        record.Complete();
        return read.Ok && read.Count == 0 ? new IoResult(-1, Errno.EIO) : read;
    }
}
