using Holdfast.Client;
using Holdfast.Protocol.V1;
using Holdfast.TestKit;

namespace Holdfast.EndToEnd.Tests.Crash;

/// <summary>
/// A session that writes numbered lines as fast as it can, and its readers: the .NET SDK and, where asked for, a `holdfast tail`. Each byte is
/// checked by each reader. Owned by one test.
/// </summary>
internal sealed class NumberedLoad : IAsyncDisposable
{
    // Room for loaded machines: the whole stream takes seconds.
    private static readonly TimeSpan StreamDeadline = TimeSpan.FromMinutes(3);

    private readonly CancellationTokenSource _deadline = new(StreamDeadline);
    private readonly Lock _gate = new();
    private readonly NumberedLines _seen = new();
    private readonly HoldfastClient _reader;
    private readonly SessionAttachment _attachment;
    private readonly RunningCli? _tail;
    private readonly Task<SessionEvent> _reading;
    private readonly Task<CliResult>? _tailEnd;
    private readonly NumberedLines _tailSeen = new();
    private long _threshold = long.MaxValue;
    private TaskCompletionSource _reached = new();

    private NumberedLoad(HoldfastClient control, HoldfastClient reader, SessionAttachment attachment, RunningCli? tail)
    {
        (Control, _reader, _attachment, _tail) = (control, reader, attachment, tail);
        _reading = ReadAsync();
        _tailEnd = tail is null ? null : TailAsync(tail);
    }

    /// <summary>A second client, for questions.</summary>
    public HoldfastClient Control { get; }

    public SessionInfo Session => _attachment.Session;

    /// <summary>Bytes that the SDK has received; all of them right.</summary>
    public long Bytes
    {
        get
        {
            lock (_gate)
                return _seen.Bytes;
        }
    }

    public long TailBytes => _tailSeen.Bytes;

    public static async Task<NumberedLoad> StartAsync(DaemonProcess daemon, long lines, bool tail)
    {
        var control = await daemon.ConnectAsync();
        // The first line tells that the terminal is raw, and lets every reader show that it is attached.
        await control.CreateAsync(daemon.Shell("load", $"stty raw -echo; echo 1; read go; exec seq 2 {lines}"));
        var reader = await daemon.ConnectOnlyAsync();
        var attachment = await reader.AttachAsync(new AttachRequest { Session = "load", Start = true });
        var load = new NumberedLoad(control, reader, attachment, tail ? daemon.StartCli("tail", "load") : null);
        await load.ReachedAsync(2);
        if (tail)
            await load._tailAttached.Task.WaitAsync(DaemonProcess.Deadline);
        await attachment.WriteAsync("\n"u8.ToArray());
        return load;
    }

    /// <summary>Completes when the SDK has received that many bytes; fails when the stream failed or ended before.</summary>
    public async Task ReachedAsync(long bytes)
    {
        Task reached;
        lock (_gate)
        {
            if (_seen.Bytes >= bytes)
                return;
            _threshold = bytes;
            _reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            reached = _reached.Task;
        }
        await await Task.WhenAny(reached, _reading).WaitAsync(_deadline.Token);
        if (Bytes < bytes)
            throw new InvalidDataException($"the stream ended after {Bytes} bytes");
    }

    /// <summary>Waits until both readers were told the end; returns what the SDK was told.</summary>
    public async Task<SessionEvent> EndAsync()
    {
        var exited = await _reading;
        if (_tailEnd is not null)
        {
            var end = await _tailEnd;
            Assert.Equal("", end.Error);
            Assert.Equal(0, end.ExitCode);
        }
        return exited;
    }

    public async ValueTask DisposeAsync()
    {
        await _deadline.CancelAsync();
        if (_tail is not null)
            await _tail.DisposeAsync();
        await _reader.DisposeAsync();
        await Control.DisposeAsync();
        // The test has failed already where it did not wait for them.
        await Task.WhenAny(Task.WhenAll(_reading, (Task?)_tailEnd ?? _reading));
        _deadline.Dispose();
    }

    private readonly TaskCompletionSource _tailAttached = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private async Task<SessionEvent> ReadAsync()
    {
        while (true)
        {
            var next = await _attachment.ReadAsync(_deadline.Token);
            switch (next.Kind)
            {
                case SessionEventKind.Output:
                    Accept(next);
                    break;
                case SessionEventKind.Reconnected or SessionEventKind.Resized or SessionEventKind.OwnerChanged or SessionEventKind.Backpressure:
                    break;
                case SessionEventKind.Exited:
                    return next;
                default:
                    throw new InvalidDataException($"{next.Kind} from {next.From} to {next.To} after {Bytes} bytes");
            }
        }
    }

    private void Accept(SessionEvent output)
    {
        lock (_gate)
        {
            if ((ulong)_seen.Bytes != output.From)
                throw new InvalidDataException($"offset {output.From} after {_seen.Bytes} bytes");
            _seen.Accept(output.Data.Span);
            if (_seen.Bytes >= _threshold)
            {
                _threshold = long.MaxValue;
                _reached.TrySetResult();
            }
        }
    }

    private async Task<CliResult> TailAsync(RunningCli tail)
    {
        var buffer = new byte[256 * 1024];
        while (await tail.Output.ReadAsync(buffer, _deadline.Token) is var count and > 0)
        {
            _tailSeen.Accept(buffer.AsSpan(0, count));
            _tailAttached.TrySetResult();
        }
        return await tail.EndAsync();
    }
}
