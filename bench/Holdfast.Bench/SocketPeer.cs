using System.Net.Sockets;
using Holdfast.DaemonRpc.Lifecycle;
using Holdfast.Protocol;
using Holdfast.Protocol.Frames;
using Holdfast.Protocol.V1;

namespace Holdfast.Bench;

/// <summary>The smallest client there can be: blocking calls on the socket, no SDK. What it measures is the daemon. One thread.</summary>
internal sealed class SocketPeer : IDisposable
{
    private const int BufferBytes = 256 * 1024;

    private readonly Socket _socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly byte[] _buffer = new byte[BufferBytes];
    private readonly byte[] _frame = new byte[FrameCodec.DataHeaderBytes + 1];
    private int _start;
    private int _end;
    private uint _session;
    private ulong _input;

    public SocketPeer(DaemonPaths paths, string session)
    {
        _socket.Connect(new UnixDomainSocketEndPoint(paths.Socket));
        Send(new Envelope
        {
            RequestId = 1,
            Hello = new Hello
            {
                ProtocolVersion = ProtocolVersion.Current,
                ClientId = "bench",
                Role = Role.Control,
                Token = File.ReadAllText(paths.Token).Trim(),
                ClientName = "bench",
            },
        });
        _ = Control(e => e.Welcome);
        Send(new Envelope { RequestId = 2, Attach = new AttachRequest { Session = session, Now = true } });
        var attached = Control(e => e.AttachAnswer);
        _session = attached.Session.Number;
        _input = attached.Input?.Accepted ?? 0;
    }

    /// <summary>One byte there, and waits until output has come back.</summary>
    public void RoundTrip(byte value)
    {
        FrameCodec.WriteDataHeader(_frame, FrameKind.Input, _session, _input++, 1);
        _frame[FrameCodec.DataHeaderBytes] = value;
        _socket.Send(_frame);
        while (true)
        {
            var frame = Next();
            if (frame.Kind != FrameKind.Output)
                continue;
            FrameCodec.ReadDataHeader(frame.Payload, out _, out _, out var data);
            if (data.Contains(value))
                return;
        }
    }

    public void Dispose() => _socket.Dispose();

    private void Send(Envelope envelope)
    {
        var bytes = new byte[FrameCodec.ControlFrameBytes(envelope)];
        FrameCodec.WriteControl(envelope, bytes);
        _socket.Send(bytes);
    }

    private T Control<T>(Func<Envelope, T?> wanted)
        where T : class
    {
        while (true)
        {
            var frame = Next();
            if (frame.Kind == FrameKind.Control && Envelope.Parser.ParseFrom(frame.Payload) is var envelope && wanted(envelope) is { } answer)
                return answer;
        }
    }

    private Frame Next()
    {
        while (true)
        {
            if (FrameCodec.TryRead(_buffer.AsSpan(_start, _end - _start), ProtocolLimits.MaxFrameBytes, out var frame, out var consumed) == FrameReadStatus.Frame)
            {
                _start += consumed;
                return frame;
            }

            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            (_start, _end) = (0, _end - _start);
            var received = _socket.Receive(_buffer.AsSpan(_end));
            _end += received > 0 ? received : throw new EndOfStreamException("the daemon ended the connection");
        }
    }
}
