using System.Buffers;
using System.Buffers.Binary;
using System.Net.Sockets;
using Holdfast.Protocol;
using Holdfast.Protocol.Frames;
using Holdfast.Protocol.V1;

namespace Holdfast.Client.Connection;

/// <summary>
/// One socket after its handshake: sends whole frames, receives frames.
/// Owned by the connection, which replaces it when it is lost. Sending: any thread, one frame after the other; receiving: the receive loop alone.
/// </summary>
internal sealed class DaemonLink : IDisposable
{
    private readonly Socket _socket;
    private readonly SemaphoreSlim _sending = new(1, 1);

    // Never both ways: the first asynchronous call would make the socket non-blocking for good.
    private readonly ReceiveMode _mode;

    private DaemonLink(Socket socket, ReceiveMode mode)
    {
        _socket = socket;
        _mode = mode;
        Receiver = new FrameReceiver(socket, mode);
    }

    public FrameReceiver Receiver { get; }

    public Welcome Welcome { get; private set; } = new();

    /// <summary>Says hello on a fresh socket, which the link then owns. A socket that ends before the welcome is a <see cref="SocketException"/>: try again.</summary>
    public static async Task<DaemonLink> GreetAsync(Socket socket, Hello hello, ReceiveMode mode, CancellationToken cancellation)
    {
        var link = new DaemonLink(socket, mode);
        await using var deadline = cancellation.Register(link.Close);
        try
        {
            await link.SayHelloAsync(hello, cancellation);
            link.Welcome = await link.ReceiveWelcomeAsync(cancellation);
            return link;
        }
        catch
        {
            link.Dispose();
            throw;
        }
    }

    private async Task SayHelloAsync(Hello hello, CancellationToken cancellation)
    {
        try
        {
            await SendAsync(new Envelope { RequestId = 1, Hello = hello }, cancellation);
        }
        catch (SocketException e) when (e.SocketErrorCode is SocketError.Shutdown or SocketError.ConnectionReset or SocketError.ConnectionAborted)
        {
            // A daemon that takes no more connections ends this one without waiting for a word: why is still to be read.
            _ = e;
        }
    }

    public async Task SendAsync(Envelope envelope, CancellationToken cancellation)
    {
        var size = FrameCodec.ControlFrameBytes(envelope);
        if (size - FrameCodec.LengthPrefixBytes > ProtocolLimits.MaxFrameBytes)
            throw new HoldfastException(ErrorCode.FrameTooLarge, $"a request of {size} bytes is larger than a frame may be", null);
        var buffer = ArrayPool<byte>.Shared.Rent(size);
        try
        {
            FrameCodec.WriteControl(envelope, buffer);
            await SendAllAsync(buffer.AsMemory(0, size), cancellation);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <param name="session">The session's number.</param>
    /// <param name="offset">Of the first byte in this client's input.</param>
    /// <param name="data">The bytes.</param>
    /// <param name="shown">Not null: the terminal is lent for the answer, and so many frames to show were shown before.</param>
    public async Task SendInputAsync(uint session, ulong offset, ReadOnlyMemory<byte> data, uint? shown)
    {
        var dataBytes = data.Length + (shown is null ? 0 : FrameCodec.ShownCountBytes);
        var size = FrameCodec.DataHeaderBytes + dataBytes;
        var buffer = ArrayPool<byte>.Shared.Rent(size);
        try
        {
            FrameCodec.WriteDataHeader(buffer, shown is null ? FrameKind.Input : FrameKind.LentInput, session, offset, dataBytes);
            if (shown is { } count)
                BinaryPrimitives.WriteUInt32BigEndian(buffer.AsSpan(FrameCodec.DataHeaderBytes), count);
            data.Span.CopyTo(buffer.AsSpan(size - data.Length));
            await SendAllAsync(buffer.AsMemory(0, size), CancellationToken.None);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>Ends the socket; the receive loop sees its end.</summary>
    public void Close()
    {
        try
        {
            _socket.Shutdown(SocketShutdown.Both);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // Gone already: that is what was wanted.
            _ = e;
        }
    }

    /// <summary>Output frames and pieces of screens that were received to be shown; counted by both sides. Set by the receive loop, read on any thread.</summary>
    public uint FramesToShow { get; set; }

    public void Dispose()
    {
        _socket.Dispose();
        Receiver.Dispose();
        // _sending stays: a sender may be waiting for it, and it holds nothing while its wait handle is never asked for.
    }

    // A frame is never cut short by cancellation: half a frame would end the connection for everybody on it.
    private async Task SendAllAsync(ReadOnlyMemory<byte> frame, CancellationToken cancellation)
    {
        await _sending.WaitAsync(cancellation);
        try
        {
            while (!frame.IsEmpty)
                frame = frame[(_mode.IsBlocking ? _socket.Send(frame.Span) : await _socket.SendAsync(frame, SocketFlags.None, CancellationToken.None))..];
        }
        catch (ObjectDisposedException)
        {
            throw new SocketException((int)SocketError.ConnectionReset);
        }
        finally
        {
            _sending.Release();
        }
    }

    private async Task<Welcome> ReceiveWelcomeAsync(CancellationToken cancellation)
    {
        while (true)
        {
            while (Receiver.TryNext(out var kind, out var payload))
            {
                if (kind != FrameKind.Control)
                    continue;
                var envelope = Envelope.Parser.ParseFrom(payload.Span);
                if (envelope.BodyCase == Envelope.BodyOneofCase.Welcome)
                    return envelope.Welcome;
                if (envelope.BodyCase == Envelope.BodyOneofCase.Error)
                    throw HoldfastException.From(envelope.Error);
            }

            if (!await Receiver.ReceiveAsync(cancellation))
                throw new SocketException((int)SocketError.ConnectionReset);
        }
    }
}
