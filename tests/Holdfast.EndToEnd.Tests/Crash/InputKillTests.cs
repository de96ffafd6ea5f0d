using System.Text;
using Holdfast.Client;
using Holdfast.Protocol;
using Holdfast.Protocol.V1;
using Holdfast.TestKit;

namespace Holdfast.EndToEnd.Tests.Crash;

/// <summary>Input that is typed while daemons are killed arrives once; what may or may not have arrived is told.</summary>
public sealed class InputKillTests(ITestOutputHelper log)
{
    private const int Kills = 20;
    private const int ChunksPerKill = 40;
    private const int LinesPerChunk = 200;

    [Fact]
    public async Task Input_written_while_daemons_are_killed_arrives_once()
    {
        await using var daemon = new DaemonProcess();
        await using var control = await daemon.ConnectAsync();
        await control.CreateAsync(daemon.Shell("a", "stty raw -echo; echo ready; sed -u '/^END$/q' > typed"));
        await using var typist = await daemon.ConnectOnlyAsync();
        var session = await typist.AttachAsync(new AttachRequest { Session = "a", Start = true });
        var ready = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var listening = ListenAsync(session, ready);
        await ready.Task.WaitAsync(DaemonProcess.Deadline);

        var assassin = new Assassin(control);
        using var typed = new MemoryStream();
        for (var kill = 0; kill < Kills; kill++)
        {
            var killing = assassin.KillDaemonAsync();
            for (var chunk = 0; chunk < ChunksPerKill; chunk++)
                await TypeAsync(session, typed, Chunk((kill * ChunksPerKill) + chunk));
            await killing;
        }
        await TypeAsync(session, typed, "END\n"u8.ToArray());
        await RepeatUncertainAsync(() => session.FlushAsync());
        var uncertain = await listening.WaitAsync(DaemonProcess.Deadline);

        var written = typed.ToArray();
        AssertArrivedOnce(written, await File.ReadAllBytesAsync(Path.Combine(daemon.Directory, "typed")), uncertain);
        Assert.Equal((ulong)written.Length, session.InputAccepted);
        log.WriteLine($"{written.Length} bytes typed during {assassin.DaemonKills} kills, {uncertain.Count} chunks uncertain");
    }

    private static byte[] Chunk(int number)
    {
        var text = new StringBuilder();
        for (var line = 0; line < LinesPerChunk; line++)
            text.Append((number * LinesPerChunk) + line + 1_000_000).Append('\n');
        return Encoding.ASCII.GetBytes(text.ToString());
    }

    private static async Task TypeAsync(SessionAttachment session, MemoryStream typed, byte[] chunk)
    {
        await RepeatUncertainAsync(() => session.WriteAsync(chunk));
        typed.Write(chunk);
    }

    // The event names the range as well; this chunk was not taken, so it is to be written again.
    private static async Task RepeatUncertainAsync(Func<Task> act)
    {
        while (true)
        {
            try
            {
                await act().WaitAsync(DaemonProcess.Deadline);
                return;
            }
            catch (HoldfastException e) when (e.Code == ErrorCode.InputUncertain)
            {
                Assert.Contains("not known", e.Message, StringComparison.Ordinal);
            }
        }
    }

    private static async Task<List<(int From, int To)>> ListenAsync(SessionAttachment session, TaskCompletionSource ready)
    {
        var uncertain = new List<(int From, int To)>();
        while (true)
        {
            var next = await session.ReadAsync();
            switch (next.Kind)
            {
                case SessionEventKind.Output:
                    ready.TrySetResult();
                    break;
                case SessionEventKind.InputUncertain:
                    uncertain.Add(((int)next.From, (int)next.To));
                    break;
                case SessionEventKind.Exited:
                    return uncertain;
                case SessionEventKind.End:
                    throw new InvalidDataException("the attachment ended before the program");
                default:
                    break;
            }
        }
    }

    // Certain stretches must be there exactly; of an uncertain one, any beginning.
    private static void AssertArrivedOnce(byte[] written, byte[] arrived, List<(int From, int To)> uncertain)
    {
        var (from, at) = (0, 0);
        foreach (var range in uncertain.Append((From: written.Length, To: written.Length)))
        {
            var certain = written.AsSpan(from, range.From - from);
            Assert.True(arrived.AsSpan(at).StartsWith(certain), $"input {from} to {range.From} did not arrive once at {at}; {arrived.Length} of {written.Length} bytes arrived");
            at += certain.Length;
            var rest = written.AsSpan(range.To);
            var follows = rest[..Math.Min(rest.Length, 64)];
            var part = range.To - range.From;
            while (part > 0 && !(arrived.AsSpan(at).StartsWith(written.AsSpan(range.From, part)) && arrived.AsSpan(at + part).StartsWith(follows)))
                part--;
            at += part;
            from = range.To;
        }
        Assert.Equal(arrived.Length, at);
    }
}
