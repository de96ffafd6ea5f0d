using System.Net.Sockets;
using Holdfast.Client.Connection;
using Holdfast.Protocol.V1;

namespace Holdfast.Client.Sessions;

/// <summary>
/// Acknowledges output frames in batches as the reader takes them. Owned by the attachment; frames are counted by its one reader, the link is set by
/// the receive loop.
/// </summary>
internal sealed class AckCounter(int threshold)
{
    private DaemonLink? _link;
    private uint _session;
    private int _taken;

    /// <summary>Acknowledges over this link from now on; null: not at all.</summary>
    public void Use(DaemonLink? link, uint session)
    {
        _session = session;
        Volatile.Write(ref _link, link);
    }

    public void OnTaken()
    {
        if (++_taken < threshold || Volatile.Read(ref _link) is not { } link)
            return;
        var count = _taken;
        _taken = 0;
        _ = SendAsync(link, count);
    }

    private async Task SendAsync(DaemonLink link, int count)
    {
        try
        {
            await link.SendAsync(new Envelope { Ack = new AckRequest { Session = _session, Count = count } }, CancellationToken.None);
        }
        catch (SocketException e)
        {
            // The receive loop sees the same end; on the next link the count begins anew.
            _ = e;
        }
    }
}
