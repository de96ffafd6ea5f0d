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

    /// <summary>Output frames received so far.</summary>
    public int OutputFrames { get; private set; }

    /// <summary>Bytes of output received so far, by session number.</summary>
    public Dictionary<uint, long> OutputBytes { get; } = [];

    /// <summary>Called for each output frame.</summary>
    public Action<uint, ulong, byte[]>? OutputReceived { get; set; }

    public static async Task<RawPeer> ConnectAsync(DaemonProcess daemon)
    {
        var peer = new RawPeer();
        await peer._socket.ConnectAsync(new UnixDomainSocketEndPoint(daemon.Paths.Socket), peer._patience.Token);
        return peer;
    }

    /// <summary>A connection that was welcomed.</summary>
    public static async Task<RawPeer> GreetedAsync(DaemonProcess daemon, Role role = Role.Control, string clientId = "raw-peer")
    {
        var peer = await ConnectAsync(daemon);
        await peer.SendAsync(Greeting(daemon, role, clientId));
        Assert.NotNull((await peer.ReceiveAsync())?.Welcome);
        return peer;
    }

    public static Envelope Greeting(DaemonProcess daemon, Role role = Role.Control, string clientId = "raw-peer") => new()
    {
        RequestId = 1,
        Hello = new Hello
        {
            ProtocolVersion = ProtocolVersion.Current,
            ClientId = clientId,
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
    public Task<Envelope?> ReceiveAsync() => ReceiveAsync(untilOutput: false);

    /// <summary>The next control message; null after an output frame.</summary>
    public Task<Envelope?> ReceiveAnyAsync() => ReceiveAsync(untilOutput: true);

    public Task InputAsync(uint session, ulong offset, string text)
    {
        var frame = new byte[FrameCodec.DataHeaderBytes + text.Length];
        FrameCodec.WriteDataHeader(frame, FrameKind.Input, session, offset, text.Length);
        System.Text.Encoding.ASCII.GetBytes(text, frame.AsSpan(FrameCodec.DataHeaderBytes));
        return SendAsync(frame);
    }

    private async Task<Envelope?> ReceiveAsync(bool untilOutput)
    {
        while (true)
        {
            while (TryTake(out var envelope))
            {
                if (envelope is not null)
                    return envelope;
                if (untilOutput)
                    return null;
            }
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

    private void OnOutput(ReadOnlySpan<byte> payload)
    {
        FrameCodec.ReadDataHeader(payload, out var session, out var offset, out var data);
        OutputFrames++;
        OutputBytes[session] = OutputBytes.GetValueOrDefault(session) + data.Length;
        OutputReceived?.Invoke(session, offset, data.ToArray());
    }

    private bool TryTake(out Envelope? envelope)
    {
        envelope = null;
        if (FrameCodec.TryRead(_buffer.AsSpan(0, _length), ProtocolLimits.MaxFrameBytes, out var frame, out var consumed) != FrameReadStatus.Frame)
            return false;
        if (frame.Kind == FrameKind.Output)
            OnOutput(frame.Payload);
        else
            envelope = Envelope.Parser.ParseFrom(frame.Payload);
        _buffer.AsSpan(consumed, _length - consumed).CopyTo(_buffer);
        _length -= consumed;
        return true;
    }
}
