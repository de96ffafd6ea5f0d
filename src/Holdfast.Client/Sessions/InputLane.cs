using System.Net.Sockets;
using Holdfast.Client.Connection;
using Holdfast.Protocol;
using Holdfast.Protocol.V1;

namespace Holdfast.Client.Sessions;

/// <summary>
/// This client's input to one session: numbered, within the window, kept until acknowledged, sent again after a lost connection.
/// Owned by the attachment. Writers: any thread; acknowledgements and resumption: the receive loop. Lives as long as the attachment.
/// </summary>
/// <remarks>Frames leave in the order of their offsets because one sender at a time takes them from the queue of the unsent.</remarks>
#pragma warning disable CA1001 // A semaphore whose wait handle is never asked for holds nothing to dispose.
internal sealed class InputLane
#pragma warning restore CA1001
{
    private readonly Lock _gate = new();
    private readonly SemaphoreSlim _writing = new(1, 1);
    private Queue<Piece> _unacknowledged = new();
    private Queue<Piece> _unsent = new();
    private TaskCompletionSource _changed = NewSignal();
    private DaemonLink? _link;
    private Exception? _failure;
    private Exception? _uncertainty;
    private uint _session;
    private ulong _accepted;
    private ulong _next;
    private ulong _window = ProtocolLimits.InputWindowBytes;
    private bool _sending;
    private bool _started;

    /// <summary>Input below this has reached the PTY.</summary>
    public ulong Accepted
    {
        get
        {
            lock (_gate)
                return _accepted;
        }
    }

    /// <summary>Takes up, on a new link, where the daemon says this input stands. Returns the range that may or may not have arrived.</summary>
    public (ulong From, ulong To)? Resume(DaemonLink link, uint session, InputPosition position)
    {
        (ulong From, ulong To)? uncertain = null;
        lock (_gate)
        {
            _link = link;
            _session = session;
            _window = position.Window == 0 ? ProtocolLimits.InputWindowBytes : position.Window;
            if (!_started)
            {
                _started = true;
                _accepted = _next = position.Accepted;
                return null;
            }

            if (position.Accepted < _accepted)
                Renumber(_accepted - position.Accepted);
            var from = Math.Max(position.Accepted - Math.Min(position.Uncertain, position.Accepted), _accepted);
            var to = Math.Min(position.Accepted, _next);
            if (from < to)
            {
                uncertain = (from, to);
                _uncertainty = new HoldfastException(
                    ErrorCode.InputUncertain,
                    $"the daemon was killed while it wrote input: whether bytes {from} to {to} arrived is not known");
            }

            DropBelow(position.Accepted);
            _unsent = new Queue<Piece>(_unacknowledged);
            Signal();
        }

        StartSending();
        return uncertain;
    }

    /// <summary>Begins anew where the daemon says, after a refusal had ended it.</summary>
    public void Restart(DaemonLink link, uint session, InputPosition position)
    {
        lock (_gate)
        {
            _failure = null;
            _started = false;
            _unsent.Clear();
            _unacknowledged.Clear();
        }

        Resume(link, session, position);
    }

    public void Suspend()
    {
        lock (_gate)
            _link = null;
    }

    /// <summary>Queues all of <paramref name="data"/>, waiting while the window is full. The bytes are copied.</summary>
    public async Task WriteAsync(ReadOnlyMemory<byte> data, uint? shown, CancellationToken cancellation)
    {
        await _writing.WaitAsync(cancellation);
        try
        {
            while (!data.IsEmpty)
            {
                var size = Math.Min(data.Length, ProtocolLimits.MaxInputDataBytes);
                Task full;
                lock (_gate)
                {
                    ThrowIfFailed();
                    full = _changed.Task;
                    if (_next - _accepted + (ulong)size <= _window)
                    {
                        Enqueue(data[..size].ToArray(), shown);
                        data = data[size..];
                        full = Task.CompletedTask;
                    }
                }

                StartSending();
                await full.WaitAsync(cancellation);
            }
        }
        finally
        {
            _writing.Release();
        }
    }

    /// <summary>Completes when everything written so far has reached the PTY; fails where that is not so, or not known.</summary>
    public async Task FlushAsync(CancellationToken cancellation)
    {
        ulong target;
        lock (_gate)
            target = _next;
        while (true)
        {
            Task changed;
            lock (_gate)
            {
                ThrowIfFailed();
                if (_accepted >= target)
                    return;
                changed = _changed.Task;
            }

            await changed.WaitAsync(cancellation);
        }
    }

    public void Acknowledge(ulong accepted)
    {
        lock (_gate)
        {
            if (accepted <= _accepted)
                return;
            DropBelow(accepted);
            Signal();
        }
    }

    /// <summary>The lane ends: what is not acknowledged will not arrive. Attach again to send more.</summary>
    public void Fail(Exception why)
    {
        lock (_gate)
        {
            _failure ??= why;
            _unsent.Clear();
            _unacknowledged.Clear();
            Signal();
        }
    }

    private void StartSending()
    {
        lock (_gate)
        {
            if (_sending || _link is null || _unsent.Count == 0)
                return;
            _sending = true;
        }

        _ = SendAsync();
    }

    private async Task SendAsync()
    {
        while (true)
        {
            Piece piece;
            DaemonLink link;
            uint session;
            lock (_gate)
            {
                if (_link is null || !_unsent.TryDequeue(out piece))
                {
                    _sending = false;
                    return;
                }

                link = _link;
                session = _session;
            }

            try
            {
                await link.SendInputAsync(session, piece.Offset, piece.Data, piece.Shown);
            }
            catch (SocketException)
            {
                // The receive loop sees the same end and brings the next link; the piece is still unacknowledged.
                lock (_gate)
                    _link = ReferenceEquals(_link, link) ? null : _link;
            }
        }
    }

    // Sent again over another connection, it lends nothing: what was shown is counted anew there.
    private void Enqueue(byte[] data, uint? shown)
    {
        var piece = new Piece(_next, data, null);
        _unacknowledged.Enqueue(piece);
        _unsent.Enqueue(piece with { Shown = shown });
        _next += (ulong)data.Length;
    }

    private void DropBelow(ulong accepted)
    {
        _accepted = accepted;
        _next = Math.Max(_next, accepted);
        while (_unacknowledged.TryPeek(out var piece) && piece.End <= accepted)
            _unacknowledged.Dequeue();
        if (!_unacknowledged.TryPeek(out var first) || first.Offset >= accepted)
            return;

        var rest = new Queue<Piece>(_unacknowledged.Count);
        foreach (var piece in _unacknowledged)
            rest.Enqueue(piece.From(Math.Max(piece.Offset, accepted)));
        _unacknowledged = rest;
    }

    // The daemon knows less than it had acknowledged (its record was lost): what is still to be sent follows where it stands.
    private void Renumber(ulong lower)
    {
        _accepted -= lower;
        _next -= lower;
        var renumbered = new Queue<Piece>(_unacknowledged.Count);
        foreach (var piece in _unacknowledged)
            renumbered.Enqueue(piece with { Offset = piece.Offset - lower });
        _unacknowledged = renumbered;
    }

    private void ThrowIfFailed()
    {
        if (_failure is not null)
            throw _failure;
        if (_uncertainty is { } uncertainty)
        {
            _uncertainty = null;
            throw uncertainty;
        }
    }

    private void Signal()
    {
        var changed = _changed;
        _changed = NewSignal();
        changed.TrySetResult();
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private readonly record struct Piece(ulong Offset, ReadOnlyMemory<byte> Data, uint? Shown)
    {
        public ulong End => Offset + (ulong)Data.Length;

        public Piece From(ulong offset) => new(offset, Data[(int)(offset - Offset)..], null);
    }
}
