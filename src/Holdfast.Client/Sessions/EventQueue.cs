using System.Threading.Channels;
using Holdfast.Client.Connection;

namespace Holdfast.Client.Sessions;

/// <summary>
/// What was received for an attachment and not read yet, with a bound on its bytes.
/// Owned by the attachment. Written by the receive loop, read by one reader; ends when completed.
/// </summary>
internal sealed class EventQueue(int mostBytes, bool readOnWriter = false, Action? outputTaken = null)
{
    private readonly Channel<Entry> _entries =
        Channel.CreateUnbounded<Entry>(
            new UnboundedChannelOptions { SingleReader = true, SingleWriter = false, AllowSynchronousContinuations = readOnWriter });

    private readonly Lock _gate = new();
    private TaskCompletionSource? _room;
    private int _bytes;
    private bool _abandoned;
    private ReceiveSegment? _reading;

    public bool IsFull => Volatile.Read(ref _bytes) > mostBytes;

    public void Add(SessionEvent value) => _entries.Writer.TryWrite(new Entry(value, null));

    /// <summary>Output is kept where it was received: its segment is held until the reader asks for the next event.</summary>
    public void AddOutput(SessionEvent value, ReceiveSegment segment)
    {
        segment.Keep();
        Interlocked.Add(ref _bytes, value.Data.Length);
        if (!_entries.Writer.TryWrite(new Entry(value, segment)))
        {
            Interlocked.Add(ref _bytes, -value.Data.Length);
            segment.Release();
        }
    }

    public void Complete(Exception? failure) => _entries.Writer.TryComplete(failure);

    /// <summary>Nobody will read any more: the receive loop must never wait for this queue again.</summary>
    public void Abandon()
    {
        lock (_gate)
        {
            _abandoned = true;
            _room?.TrySetResult();
            _room = null;
        }
    }

    /// <summary>Completes when the reader has taken half of what it may have waiting.</summary>
    public Task RoomAsync()
    {
        lock (_gate)
        {
            var room = _room ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            // Announced before the check: a reader that empties the queue meanwhile either is seen here or sees the announcement.
            Interlocked.MemoryBarrier();
            if (_abandoned || !IsFull)
            {
                _room = null;
                room.TrySetResult();
            }

            return room.Task;
        }
    }

    public async ValueTask<SessionEvent> ReadAsync(CancellationToken cancellation)
    {
        _reading?.Release();
        _reading = null;
        while (true)
        {
            if (_entries.Reader.TryRead(out var entry))
                return Taken(entry);
            if (!await _entries.Reader.WaitToReadAsync(cancellation))
                return new SessionEvent { Kind = SessionEventKind.End };
        }
    }

    private SessionEvent Taken(Entry entry)
    {
        if (entry.Segment is null)
            return entry.Value;
        _reading = entry.Segment;
        outputTaken?.Invoke();
        if (Interlocked.Add(ref _bytes, -entry.Value.Data.Length) <= mostBytes / 2)
            MakeRoomKnown();
        return entry.Value;
    }

    private void MakeRoomKnown()
    {
        // Read without the gate first: nobody waits nearly always, and this is on the path of every chunk.
        Interlocked.MemoryBarrier();
        if (Volatile.Read(ref _room) is null)
            return;
        lock (_gate)
        {
            _room?.TrySetResult();
            _room = null;
        }
    }

    private readonly record struct Entry(SessionEvent Value, ReceiveSegment? Segment);
}
