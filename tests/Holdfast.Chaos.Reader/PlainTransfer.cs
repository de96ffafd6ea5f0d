using Holdfast.Daemon.Output;
using Holdfast.Daemon.Sessions;
using Holdfast.Linux;

namespace Holdfast.Chaos.Reader;

/// <summary>What everybody does: read, then note it. The control of the experiment; it must lose bytes. Stateless.</summary>
internal sealed class PlainTransfer : ITransfer
{
    public string Kind => "plain";

    public IoResult Move(Session session, int atMost)
    {
        var ring = session.Ring;
        session.Memory.Populate(atMost);
        var read = session.Pty!.Read(ring.WriteWindow(ring.Head, atMost));
        if (read.Count > 0)
            ring.Publish(ring.Head + (ulong)read.Count);
        return read;
    }
}
