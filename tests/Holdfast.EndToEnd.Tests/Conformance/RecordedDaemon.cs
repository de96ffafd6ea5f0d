using System.Net.Sockets;
using System.Text.Json.Nodes;
using Google.Protobuf;
using Holdfast.DaemonRpc.Lifecycle;
using Holdfast.Protocol;
using Holdfast.Protocol.Frames;
using Holdfast.Protocol.V1;

namespace Holdfast.EndToEnd.Tests.Conformance;

/// <summary>Says what a daemon once said, turn by turn. A client that asks anything else is disconnected. Owned by one case.</summary>
internal sealed class RecordedDaemon : IDisposable
{
    private readonly Socket _listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly Queue<JsonNode> _turns;

    public RecordedDaemon(DaemonPaths paths, string recording)
    {
        var json = JsonNode.Parse(File.ReadAllText(Path.Combine(ConformanceCase.Folder, "recorded", $"{recording}.json")))!;
        _turns = new Queue<JsonNode>(json["turns"]!.AsArray()!);
        DirectoryGuard.Ensure(paths.RuntimeDirectory);
        File.WriteAllText(paths.Token, "token");
        _listener.Bind(new UnixDomainSocketEndPoint(paths.Socket));
        _listener.Listen();
        _ = ServeAsync();
    }

    /// <summary>Turns that were not asked for.</summary>
    public IReadOnlyList<string> Unsaid => [.. _turns.Select(t => t["request"]!.ToString())];

    public void Dispose() => _listener.Dispose();

    private async Task ServeAsync()
    {
        try
        {
            while (true)
            {
                using var peer = await _listener.AcceptAsync();
                await ServeAsync(peer);
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The case is over.
            _ = e;
        }
    }

    private async Task ServeAsync(Socket peer)
    {
        var buffer = new byte[2 * ProtocolLimits.MaxFrameBytes];
        var length = 0;
        while (true)
        {
            var received = await peer.ReceiveAsync(buffer.AsMemory(length));
            if (received == 0)
                return;
            length += received;
            while (TryTake(buffer.AsSpan(0, length), out var asked, out var consumed))
            {
                buffer.AsSpan(consumed, length - consumed).CopyTo(buffer);
                length -= consumed;
                if (!_turns.TryPeek(out var turn) || turn["request"]!.ToString() != NameOf(asked))
                    return;
                _turns.Dequeue();
                foreach (var said in turn["says"]!.AsArray())
                    await peer.SendAsync(FrameOf(said!.AsObject(), asked?.RequestId ?? 0));
            }
        }
    }

    private static bool TryTake(ReadOnlySpan<byte> unread, out Envelope? asked, out int consumed)
    {
        asked = null;
        if (FrameCodec.TryRead(unread, ProtocolLimits.MaxFrameBytes, out var frame, out consumed) != FrameReadStatus.Frame)
            return false;
        if (frame.Kind == FrameKind.Control)
            asked = Envelope.Parser.ParseFrom(frame.Payload);
        return true;
    }

    private static string NameOf(Envelope? asked) => asked is null ? "input" : asked.BodyCase.ToString().ToLowerInvariant();

    // Answers carry the id of their request, events none.
    private static byte[] FrameOf(JsonObject said, ulong id)
    {
        if (said["output"] is { } output)
        {
            var data = Convert.FromHexString(output["hex"]!.ToString());
            var frame = new byte[FrameCodec.DataHeaderBytes + data.Length];
            FrameCodec.WriteDataHeader(frame, FrameKind.Output, (uint)output["session"]!, ulong.Parse(output["offset"]!.ToString()), data.Length);
            data.CopyTo(frame, FrameCodec.DataHeaderBytes);
            return frame;
        }

        var envelope = JsonParser.Default.Parse<Envelope>(said.ToJsonString());
        if (said.Any(s => s.Key is "welcome" or "error" || s.Key.EndsWith("Answer", StringComparison.Ordinal)))
            envelope.RequestId = id;
        var control = new byte[FrameCodec.ControlFrameBytes(envelope)];
        FrameCodec.WriteControl(envelope, control);
        return control;
    }
}
