using System.Net.Sockets;
using Holdfast.Protocol;
using Holdfast.Protocol.Frames;
using Holdfast.Protocol.V1;
using Holdfast.TestKit;

namespace Holdfast.EndToEnd.Tests.Connections;

/// <summary>A connection to the daemon's socket that says whatever a test wants, right or wrong. Owned by one test.</summary>
internal sealed class RawPeer : IDisposable
{
    private readonly Socket _socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly CancellationTokenSource _patience = new(DaemonProcess.Deadline);
    private readonly byte[] _buffer = new byte[2 * ProtocolLimits.MaxFrameBytes];
    private int _length;

    private RawPeer()
    {
    }

    public static async Task<RawPeer> ConnectAsync(DaemonProcess daemon)
    {
        var peer = new RawPeer();
        await peer._socket.ConnectAsync(new UnixDomainSocketEndPoint(daemon.Paths.Socket), peer._patience.Token);
        return peer;
    }

    /// <summary>A connection that was welcomed.</summary>
    public static async Task<RawPeer> GreetedAsync(DaemonProcess daemon, Role role = Role.Control)
    {
        var peer = await ConnectAsync(daemon);
        await peer.SendAsync(Greeting(daemon, role));
        Assert.NotNull((await peer.ReceiveAsync())?.Welcome);
        return peer;
    }

    public static Envelope Greeting(DaemonProcess daemon, Role role = Role.Control) => new()
    {
        RequestId = 1,
        Hello = new Hello
        {
            ProtocolVersion = ProtocolVersion.Current,
            ClientId = "raw-peer",
            Role = role,
            Token = File.ReadAllText(daemon.Paths.Token).Trim(),
        },
    };

    public static byte[] FrameOf(Envelope envelope)
    {
        var frame = new byte[FrameCodec.ControlFrameBytes(envelope)];
        FrameCodec.WriteControl(envelope, frame);
        return frame;
    }

    public Task SendAsync(Envelope envelope) => SendAsync(FrameOf(envelope));

    public async Task SendAsync(ReadOnlyMemory<byte> bytes)
    {
        while (!bytes.IsEmpty)
            bytes = bytes[await _socket.SendAsync(bytes, SocketFlags.None, _patience.Token)..];
    }

    /// <summary>Sends a request and returns what the daemon says to it.</summary>
    public async Task<Envelope> AskAsync(Envelope request)
    {
        await SendAsync(request);
        while (true)
        {
            var answer = await ReceiveAsync() ?? throw new EndOfStreamException("the daemon closed the connection");
            if (answer.RequestId == request.RequestId)
                return answer;
        }
    }

    /// <summary>The error by which the daemon refuses this peer; the connection ends behind it.</summary>
    public async Task<Error> RefusalAsync()
    {
        var last = await ReceiveAsync() ?? throw new EndOfStreamException("closed without a word");
        Assert.NotNull(last.Error);
        Assert.Null(await ReceiveAsync());
        return last.Error;
    }

    /// <summary>The next control message; null at the end of the connection.</summary>
    public async Task<Envelope?> ReceiveAsync()
    {
        while (true)
        {
            if (TryTake(out var envelope))
                return envelope;
            int received;
            try
            {
                received = await _socket.ReceiveAsync(_buffer.AsMemory(_length), SocketFlags.None, _patience.Token);
            }
            catch (SocketException e) when (e.SocketErrorCode == SocketError.ConnectionReset)
            {
                // Closed with unread bytes of ours: an end as well.
                return null;
            }
            if (received == 0)
                return null;
            _length += received;
        }
    }

    public void Dispose()
    {
        _socket.Dispose();
        _patience.Dispose();
    }

    private bool TryTake(out Envelope? envelope)
    {
        envelope = null;
        if (FrameCodec.TryRead(_buffer.AsSpan(0, _length), ProtocolLimits.MaxFrameBytes, out var frame, out var consumed) != FrameReadStatus.Frame)
            return false;
        envelope = Envelope.Parser.ParseFrom(frame.Payload);
        _buffer.AsSpan(consumed, _length - consumed).CopyTo(_buffer);
        _length -= consumed;
        return true;
    }
}
