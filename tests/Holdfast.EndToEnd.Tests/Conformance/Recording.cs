using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Google.Protobuf;
using Holdfast.Client;
using Holdfast.Protocol.V1;
using Holdfast.TestKit;

namespace Holdfast.EndToEnd.Tests.Conformance;

/// <summary>
/// What was read of an attachment, checked as it comes: offsets without a hole but for gaps, no byte twice. Owned by one case; one task reads,
/// the case's own task waits and looks.
/// </summary>
internal sealed class Recording(SessionAttachment attachment) : IDisposable
{
    // Enough for every case that looks at the bytes themselves; longer streams are compared by hash.
    private const int KeptBytes = 1024 * 1024;
    private const int TailBytes = 100;

    private readonly Lock _gate = new();
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly MemoryStream _kept = new();
    private readonly List<JsonObject> _events = [];
    private TaskCompletionSource _changed = NewSignal();
    private Exception? _failure;
    private string _tail = "";
    private ulong _next = attachment.Start;
    private long _bytes;
    private long _gapBytes;
    private int _gaps;

    public SessionAttachment Attachment => attachment;

    public long Bytes
    {
        get
        {
            lock (_gate)
                return _bytes;
        }
    }

    public void Dispose() => _hash.Dispose();

    public void Read() => _ = ReadAsync();

    public Task ReachedAsync(long bytes) => UntilAsync($"{bytes} bytes", () => _bytes >= bytes);

    public Task EndsAsync(string text) => UntilAsync(text, () => _tail.EndsWith(text, StringComparison.Ordinal));

    public Task ToldAsync(JsonNode wanted) => UntilAsync(wanted.ToJsonString(), () => _events.Exists(e => JsonPart.Difference(e, wanted) is null));

    /// <summary>Everything an <c>expect</c> may ask for, and the number of gaps.</summary>
    public (JsonObject Facts, int Gaps) Facts(JsonArray? only)
    {
        lock (_gate)
        {
            var types = (only ?? []).Select(t => t!.ToString()).ToList();
            var events = _events.Where(e => types.Contains(e["type"]!.ToString(), StringComparer.Ordinal)).Select(e => e.DeepClone()).ToArray();
            var kept = _kept.ToArray();
            var facts = new JsonObject
            {
                ["bytes"] = _bytes,
                ["sha256"] = Convert.ToHexStringLower(_hash.GetCurrentHash()),
                ["text"] = Encoding.Latin1.GetString(kept),
                ["hex"] = Convert.ToHexStringLower(kept),
                ["last"] = events.LastOrDefault()?.DeepClone(),
                ["events"] = new JsonArray(events),
                ["accounted"] = _bytes + _gapBytes,
            };
            return (facts, _gaps);
        }
    }

    private async Task ReadAsync()
    {
        try
        {
            SessionEventKind kind;
            do
            {
                var next = await attachment.ReadAsync();
                kind = next.Kind;
                lock (_gate)
                    Take(next);
            }
            while (kind != SessionEventKind.End);
        }
        catch (Exception e)
        {
            lock (_gate)
            {
                _failure = e;
                Signal();
            }
        }
    }

    private void Take(SessionEvent next)
    {
        if (next.Kind is SessionEventKind.Output or SessionEventKind.Gap)
        {
            if (next.From != _next)
                throw new InvalidDataException($"{next.Kind} from {next.From} to {next.To} after {_next}");
            _next = next.To;
        }
        if (next.Kind == SessionEventKind.Output)
            Keep(next.Data.Span);
        else
            _events.Add(Described(next));
        if (next.Kind == SessionEventKind.Gap)
        {
            _gaps++;
            _gapBytes += (long)(next.To - next.From);
        }
        Signal();
    }

    private void Keep(ReadOnlySpan<byte> data)
    {
        _bytes += data.Length;
        _hash.AppendData(data);
        _tail += Encoding.Latin1.GetString(data[Math.Max(0, data.Length - TailBytes)..]);
        _tail = _tail[Math.Max(0, _tail.Length - TailBytes)..];
        if (_kept.Length < KeptBytes)
            _kept.Write(data);
    }

    private async Task UntilAsync(string what, Func<bool> isDone)
    {
        while (true)
        {
            Task changed;
            lock (_gate)
            {
                if (isDone())
                    return;
                if (_failure is not null)
                    throw new InvalidDataException($"waited for {what}", _failure);
                changed = _changed.Task;
            }
            try
            {
                await changed.WaitAsync(DaemonProcess.Deadline);
            }
            catch (TimeoutException e)
            {
                throw new TimeoutException($"waited for {what}; there are {Bytes} bytes ending with {_tail}", e);
            }
        }
    }

    private void Signal()
    {
        var changed = _changed;
        _changed = NewSignal();
        changed.TrySetResult();
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private static JsonObject Described(SessionEvent e) => e.Kind switch
    {
        SessionEventKind.Gap => new JsonObject { ["type"] = "gap", ["from"] = e.From, ["to"] = e.To },
        SessionEventKind.InputUncertain => new JsonObject { ["type"] = "input_uncertain", ["from"] = e.From, ["to"] = e.To },
        SessionEventKind.Resized => new JsonObject { ["type"] = "resized", ["cols"] = e.Size!.Cols, ["rows"] = e.Size.Rows },
        SessionEventKind.Renamed => new JsonObject { ["type"] = "renamed", ["name"] = e.Name },
        // The name of the schema, as every language knows it.
        SessionEventKind.OwnerChanged => new JsonObject
        {
            ["type"] = "owner_changed", ["reason"] = JsonNode.Parse(JsonFormatter.Default.Format(e.Owner!))!["reason"]?.DeepClone(),
        },
        SessionEventKind.Backpressure => new JsonObject
        {
            ["type"] = "backpressure_warning",
            ["level"] = e.Backpressure!.Level switch { FlowLevel.FlowGreen => "green", FlowLevel.FlowYellow => "yellow", _ => "red" },
        },
        SessionEventKind.Exited => new JsonObject { ["type"] = "exit", ["code"] = e.Exit!.Code, ["signal"] = e.Exit.Signal },
        _ => new JsonObject { ["type"] = e.Kind.ToString().ToLowerInvariant() },
    };
}
