using System.Net.Sockets;
using Holdfast.Protocol;
using Holdfast.Protocol.Frames;
using Holdfast.Protocol.V1;

namespace Holdfast.TestKit;

/// <summary>A frame that a client sent: an envelope, or input with its session and offset.</summary>
public sealed record ReceivedFrame(Envelope? Envelope, uint Session, ulong Offset, byte[] Data);

/// <summary>One client's connection to the fake daemon. Used by the test's own task; dropping it is the daemon's death.</summary>
public sealed class FakeConnection(Socket socket, CancellationToken deadline) : IDisposable
{
    private readonly byte[] _buffer = new byte[2 * ProtocolLimits.MaxFrameBytes];
    private int _length;

    public Hello Hello { get; private set; } = new();

    public async Task WelcomeAsync(string version = "", params IEnumerable<string> features)
    {
        var first = await ExpectAsync(Envelope.BodyOneofCase.Hello);
        Hello = first.Hello;
        var welcome = new Welcome { ProtocolVersion = 1, DaemonPid = 1, DaemonVersion = version, MaxFrameBytes = ProtocolLimits.MaxFrameBytes };
        welcome.Features.AddRange(features);
        await SendAsync(new Envelope { RequestId = first.RequestId, Welcome = welcome });
    }

    /// <summary>The next frame, which must be this request.</summary>
    public async Task<Envelope> ExpectAsync(Envelope.BodyOneofCase body)
    {
        var frame = await ReceiveAsync();
        if (frame.Envelope?.BodyCase != body)
            throw new InvalidOperationException($"expected {body}, got {frame.Envelope?.BodyCase.ToString() ?? "input"}");
        return frame.Envelope;
    }

    /// <summary>The next frame, which must be input.</summary>
    public async Task<ReceivedFrame> ExpectInputAsync()
    {
        var frame = await ReceiveAsync();
        return frame.Envelope is null ? frame : throw new InvalidOperationException($"expected input, got {frame.Envelope.BodyCase}");
    }

    /// <summary>Answers an attach: session 7 named "work", its output from <paramref name="offset"/>.</summary>
    public async Task<Envelope> AttachedAsync(ulong offset, InputPosition? input = null)
    {
        var request = await ExpectAsync(Envelope.BodyOneofCase.Attach);
        var answer = new AttachAnswer { Session = Work(), Offset = offset, Input = input ?? new InputPosition() };
        await SendAsync(new Envelope { RequestId = request.RequestId, AttachAnswer = answer });
        return request;
    }

    public static SessionInfo Work() => new() { Id = "00000000000000aa", Number = 7, Name = "work", State = SessionState.Running };

    public async Task<ReceivedFrame> ReceiveAsync()
    {
        while (true)
        {
            if (TryTake(out var taken))
                return taken;
            var received = await socket.ReceiveAsync(_buffer.AsMemory(_length), SocketFlags.None, deadline);
            if (received == 0)
                throw new EndOfStreamException("the client closed the connection");
            _length += received;
        }
    }

    public async Task SendAsync(Envelope envelope)
    {
        var frame = new byte[FrameCodec.ControlFrameBytes(envelope)];
        FrameCodec.WriteControl(envelope, frame);
        await SendRawAsync(frame);
    }

    public Task SendEventAsync(Envelope envelope) => SendAsync(envelope);

    public async Task SendOutputAsync(ulong offset, byte[] data, uint session = 7)
    {
        var frame = new byte[FrameCodec.DataHeaderBytes + data.Length];
        FrameCodec.WriteDataHeader(frame, FrameKind.Output, session, offset, data.Length);
        data.CopyTo(frame, FrameCodec.DataHeaderBytes);
        await SendRawAsync(frame);
    }

    public async Task SendRawAsync(ReadOnlyMemory<byte> bytes)
    {
        while (!bytes.IsEmpty)
            bytes = bytes[await socket.SendAsync(bytes, SocketFlags.None, deadline)..];
    }

    public void Dispose() => socket.Dispose();

    private bool TryTake(out ReceivedFrame taken)
    {
        taken = null!;
        if (FrameCodec.TryRead(_buffer.AsSpan(0, _length), ProtocolLimits.MaxFrameBytes, out var frame, out var consumed) != FrameReadStatus.Frame)
            return false;
        if (frame.Kind == FrameKind.Control)
        {
            taken = new ReceivedFrame(Envelope.Parser.ParseFrom(frame.Payload), 0, 0, []);
        }
        else
        {
            FrameCodec.ReadDataHeader(frame.Payload, out var session, out var offset, out var data);
            taken = new ReceivedFrame(null, session, offset, data.ToArray());
        }

        _buffer.AsSpan(consumed, _length - consumed).CopyTo(_buffer);
        _length -= consumed;
        return true;
    }
}
