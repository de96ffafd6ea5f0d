using System.Buffers;
using Holdfast.Client.Connection;
using Holdfast.Protocol;
using Holdfast.Protocol.V1;

namespace Holdfast.Client.Sessions;

/// <summary>The requests about one session that is named, for the client and for its attachments. Owned by the client's connections; any thread.</summary>
internal sealed class SessionRequests(ClientConnection connection)
{
    public async Task<ulong> ResizeAsync(string session, uint cols, uint rows, ulong ownerEpoch, CancellationToken cancellation)
    {
        var request = new ResizeRequest { Session = session, Size = new TerminalSize { Cols = cols, Rows = rows }, OwnerEpoch = ownerEpoch };
        var answer = await AskAsync(new Envelope { Resize = request }, cancellation);
        return (answer.ResizeAnswer ?? throw Unexpected(answer)).Offset;
    }

    public async Task SignalAsync(string session, int signal, bool processGroup, CancellationToken cancellation)
    {
        var request = new SignalRequest { Session = session, Signal = signal, ProcessGroup = processGroup };
        await connection.RequestAsync(new Envelope { Signal = request }, AfterLoss.Fail, cancellation);
    }

    public async Task<SessionInfo> KillAsync(string session, TimeSpan? timeout, bool takeover, CancellationToken cancellation)
    {
        var request = new KillRequest
        {
            Session = session,
            TimeoutMs = timeout is { } t ? (uint)Math.Max(1, t.TotalMilliseconds) : 0,
            Takeover = takeover,
        };
        var answer = await AskAsync(new Envelope { Kill = request }, cancellation);
        return (answer.KillAnswer ?? throw Unexpected(answer)).Session;
    }

    public async Task<SessionInfo> RenameAsync(string session, string name, CancellationToken cancellation)
    {
        // Sent again it would ask for a name that is no more.
        var request = new RenameRequest { Session = session, Name = name };
        var answer = await connection.RequestAsync(new Envelope { Rename = request }, AfterLoss.Fail, cancellation);
        return (answer.RenameAnswer ?? throw Unexpected(answer)).Session;
    }

    public async Task<SessionInfo> InspectAsync(string session, CancellationToken cancellation)
    {
        var answer = await AskAsync(new Envelope { Inspect = new InspectRequest { Session = session } }, cancellation);
        return (answer.InspectAnswer ?? throw Unexpected(answer)).Session;
    }

    public async Task<HistoryAnswer> HistoryAsync(string session, ulong from, int mostBytes, CancellationToken cancellation)
    {
        var request = new HistoryRequest { Session = session, From = from, MaxBytes = (uint)mostBytes };
        var answer = await AskAsync(new Envelope { History = request }, cancellation);
        return answer.HistoryAnswer ?? throw Unexpected(answer);
    }

    public async Task<ScreenSnapshot> SnapshotAsync(
        string session, SnapshotFormat format, uint scrollbackLines, CancellationToken cancellation)
    {
        var data = new ArrayBufferWriter<byte>();
        var request = new Envelope { Snapshot = new SnapshotRequest { Session = session, Format = format, ScrollbackLines = scrollbackLines } };
        var answer = await connection.RequestAsync(request, AfterLoss.SendAgain, cancellation, part =>
        {
            if (part.SnapshotAnswer is not { } piece)
                return;
            // Asked again, after a daemon was lost in the middle of its answer.
            if (piece.Part == 0)
                data.Clear();
            data.Write(piece.Data.Span);
        });
        return ScreenSnapshot.Of(answer.SnapshotAnswer ?? throw Unexpected(answer), data.WrittenMemory);
    }

    public async Task<SessionInfo> WaitForExitAsync(string session, CancellationToken cancellation)
    {
        var request = new Envelope { Wait = new WaitRequest { Session = session } };
        try
        {
            var answer = await AskAsync(request, cancellation);
            return (answer.WaitAnswer ?? throw Unexpected(answer)).Session;
        }
        catch (OperationCanceledException) when (request.RequestId != 0)
        {
            // Not waited for: whoever gives up does so now, also where the daemon reads nothing.
            _ = connection.TakeBackAsync(request.RequestId);
            throw;
        }
    }

    private Task<Envelope> AskAsync(Envelope request, CancellationToken cancellation) =>
        connection.RequestAsync(request, AfterLoss.SendAgain, cancellation);

    private static HoldfastException Unexpected(Envelope answer) => Faults.UnexpectedAnswer(answer.BodyCase);
}
