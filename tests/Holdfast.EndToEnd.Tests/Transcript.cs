using System.Text;
using Holdfast.Client;
using Holdfast.Protocol.V1;
using Holdfast.TestKit;

namespace Holdfast.EndToEnd.Tests;

/// <summary>
/// What a session has said to one attachment, and waiting for what it should say. Owned by one test, which alone reads the attachment.
/// </summary>
internal sealed class Transcript(SessionAttachment attachment, SessionAttachment? typist = null) : IAsyncDisposable
{
    // The reader itself, unless reading is all it may do.
    private readonly SessionAttachment _typist = typist ?? attachment;
    private readonly CancellationTokenSource _patience = new(DaemonProcess.Deadline);
    private readonly MemoryStream _said = new();

    public byte[] Bytes => _said.ToArray();

    public string Text => Encoding.UTF8.GetString(_said.GetBuffer(), 0, (int)_said.Length);

    /// <summary>How the program ended, once its end was read.</summary>
    public ExitStatus? Exit { get; private set; }

    public static async Task<Transcript> OfAsync(HoldfastClient client, string session) =>
        new(await client.AttachAsync(new AttachRequest { Session = session, Start = true }));

    public Task TypeAsync(string text) => _typist.WriteAsync(Encoding.UTF8.GetBytes(text));

    public Task TypeAsync(ReadOnlyMemory<byte> bytes) => _typist.WriteAsync(bytes);

    /// <summary>Forgets what was said up to now.</summary>
    public void Clear() => _said.SetLength(0);

    public async Task UntilAsync(string text)
    {
        while (!Text.Contains(text, StringComparison.Ordinal))
            await StepAsync($"“{text}”");
    }

    public async Task UntilBytesAsync(long count)
    {
        while (_said.Length < count)
            await StepAsync($"{count} bytes");
    }

    /// <summary>Reads on until the program has ended.</summary>
    public async Task<ExitStatus> EndAsync()
    {
        while (Exit is null)
            await StepAsync("the end");
        return Exit;
    }

    public async ValueTask DisposeAsync()
    {
        await attachment.DisposeAsync();
        if (_typist != attachment)
            await _typist.DisposeAsync();
        _patience.Dispose();
    }

    private async Task StepAsync(string expected)
    {
        SessionEvent next;
        try
        {
            next = await attachment.ReadAsync(_patience.Token);
        }
        catch (OperationCanceledException e)
        {
            throw new TimeoutException($"{expected} did not come; what came ends with: {Text[Math.Max(0, Text.Length - 2000)..]}", e);
        }
        if (Exit is not null || next.Kind is SessionEventKind.End or SessionEventKind.Finalized)
            throw new InvalidOperationException($"the session ended before {expected} came: {Text}");
        if (next.Kind == SessionEventKind.Output)
            _said.Write(next.Data.Span);
        else if (next.Kind == SessionEventKind.Exited)
            Exit = next.Exit;
    }
}
