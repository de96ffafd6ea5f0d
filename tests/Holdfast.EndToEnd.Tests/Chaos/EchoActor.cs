using System.Security.Cryptography;
using Holdfast.Client;
using Holdfast.Protocol;
using Holdfast.Protocol.V1;
using Holdfast.TestKit;

namespace Holdfast.EndToEnd.Tests.Chaos;

/// <summary>Sends random bytes to a program that repeats them, and compares: what was not told as uncertain arrives once.</summary>
internal sealed class EchoActor(ChaosRun run, string name)
{
    private const int Chunks = 200;
    private const int MostChunk = 3000;

    private readonly Random _random = run.RandomOf(name);

    public async Task RunAsync()
    {
        await using var client = await run.Daemon.ConnectOnlyAsync();
        for (var round = 0; !run.IsOver; round++)
            await EchoAsync(client, $"{name}-{round}");
    }

    private async Task EchoAsync(HoldfastClient client, string session)
    {
        await client.CreateAsync(run, run.Daemon.Shell(session, "stty raw -echo; printf r; exec cat"));
        await using var attachment = await client.AttachAsync(new AttachRequest { Session = session, Start = true, As = AttachAs.AsOwner });
        using var sent = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        using var echoed = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var certain = await ReadAsync(attachment, 1, echoed, skip: 1);
        for (var i = 0; i < Chunks && certain && !run.IsOver; i++)
        {
            var chunk = new byte[_random.Next(1, MostChunk)];
            _random.NextBytes(chunk);
            sent.AppendData(chunk);
            certain = await WriteAsync(attachment, chunk) && await ReadAsync(attachment, chunk.Length, echoed, skip: 0);
        }

        run.Count(certain ? "echoes" : "uncertain echoes");
        if (certain)
            Assert.Equal(sent.GetCurrentHash(), echoed.GetCurrentHash());
        await KillActor.KillAsync(client, session);
        run.Step();
    }

    private static async Task<bool> WriteAsync(SessionAttachment attachment, byte[] chunk)
    {
        try
        {
            await attachment.WriteAsync(chunk);
            return true;
        }
        catch (HoldfastException e) when (e.Code == ErrorCode.InputUncertain)
        {
            return false;
        }
    }

    // False where a piece of the input is told as uncertain: what the program repeats is not known then.
    private async Task<bool> ReadAsync(SessionAttachment attachment, int count, IncrementalHash hash, int skip)
    {
        using var deadline = new CancellationTokenSource(DaemonProcess.Deadline);
        while (count > 0)
        {
            var next = await attachment.ReadAsync(deadline.Token);
            if (next.Kind == SessionEventKind.InputUncertain)
                return false;
            Assert.DoesNotContain(next.Kind, (SessionEventKind[])[SessionEventKind.Gap, SessionEventKind.Exited, SessionEventKind.End, SessionEventKind.Finalized]);
            if (next.Kind != SessionEventKind.Output)
                continue;
            hash.AppendData(next.Data.Span[Math.Min(skip, next.Data.Length)..]);
            skip -= Math.Min(skip, next.Data.Length);
            count -= next.Data.Length;
            run.Step();
        }

        return true;
    }
}
