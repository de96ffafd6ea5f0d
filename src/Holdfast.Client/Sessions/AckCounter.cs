using System.Net.Sockets;
using Holdfast.Client.Connection;
using Holdfast.Protocol.V1;

namespace Holdfast.Client.Sessions;

/// <summary>
/// Acknowledges output frames, in batches as the reader takes them or when it says so. Owned by the attachment; the link is set by the receive loop,
/// everything else on any thread.
/// </summary>
internal sealed class AckCounter
{
    private readonly Lock _gate = new();
    private DaemonLink? _link;
    private uint _session;
    private int _threshold;
    private int _taken;

    public AckCounter(int threshold) => SetThreshold(threshold);

    /// <summary>Frames in one acknowledgement; 0: none is sent by itself.</summary>
    public void SetThreshold(int frames)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(frames);
        lock (_gate)
            _threshold = frames;
    }

    /// <summary>Acknowledges over this link from now on, where the count begins anew; null: not at all.</summary>
    public void Use(DaemonLink? link, uint session)
    {
        lock (_gate)
            (_link, _session, _taken) = (link, session, 0);
    }

    public void OnTaken()
    {
        int count;
        lock (_gate)
        {
            count = ++_taken;
            if (_threshold == 0 || count < _threshold)
                return;
        }

        Acknowledge(count);
    }

    /// <summary>Acknowledges so many frames now; on a lost link there is nothing to acknowledge any more.</summary>
    public void Acknowledge(int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        DaemonLink? link;
        AckRequest ack;
        lock (_gate)
        {
            _taken = Math.Max(0, _taken - count);
            link = _link;
            ack = new AckRequest { Session = _session, Count = count };
        }

        if (link is not null)
            _ = SendAsync(link, ack);
    }

    private static async Task SendAsync(DaemonLink link, AckRequest ack)
    {
        try
        {
            await link.SendAsync(new Envelope { Ack = ack }, CancellationToken.None);
        }
        catch (SocketException e)
        {
            // The receive loop sees the same end; on the next link the count begins anew.
            _ = e;
        }
    }
}
