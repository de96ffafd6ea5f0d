using Holdfast.Client;
using Holdfast.Protocol;
using Holdfast.Protocol.V1;
using Holdfast.TestKit;

namespace Holdfast.EndToEnd.Tests.Owners;

/// <summary>
/// Eight clients do to three sessions whatever comes to their minds: each request is answered, with what it may be answered with, and what must hold of
/// every session holds.
/// </summary>
public sealed class InterleavingTests
{
    private const int Clients = 8;
    private const int StepsOfEach = 250;
    private static readonly string[] Names = ["a", "b", "c"];

    // Every way a request may end that lost a race, or asked for what another owns.
    private static readonly ErrorCode[] Allowed =
    [
        ErrorCode.SessionGone, ErrorCode.NameTaken, ErrorCode.OwnerRequired, ErrorCode.SessionTerminating, ErrorCode.SessionExited,
        ErrorCode.NotAttached,
    ];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Whatever_eight_clients_do_at_once_every_request_is_answered_and_every_invariant_holds(int seed)
    {
        await using var daemon = new DaemonProcess(("HOLDFAST_OWNER_GRACE_MS", "50"), ("HOLDFAST_KILL_TIMEOUT_MS", "200"));
        await using var observer = await daemon.ConnectAsync();
        using var patience = new CancellationTokenSource(DaemonProcess.Deadline);
        var running = Enumerable.Range(0, Clients).Select(i => ActAsync(daemon, new Random((seed * 1000) + i), patience.Token)).ToArray();
        var all = Task.WhenAll(running);
        while (!all.IsCompleted)
            Check(await observer.ListAsync(patience.Token));
        var faults = daemon.DaemonLog.Split('\n').Where(l => !l.StartsWith('{')).Take(60);
        Assert.True(all.IsCompletedSuccessfully && (await observer.StatusAsync(patience.Token)).Restarts == 0, $"{all.Exception}\n{string.Join('\n', faults)}");
        Check(await observer.ListAsync(patience.Token));
        Assert.DoesNotContain("\"EventId\":211", daemon.DaemonLog, StringComparison.Ordinal);
        Assert.DoesNotContain("\"EventId\":3,", daemon.DaemonLog, StringComparison.Ordinal);
        Assert.DoesNotContain("\"EventId\":4,", daemon.DaemonLog, StringComparison.Ordinal);
        Assert.Equal(0UL, (await observer.StatusAsync(patience.Token)).Flow.PendingFrames);
        // Whoever had gone without a word has lost its claim by then.
        while ((await observer.ListAsync(patience.Token)).Any(s => s.Owner.Length > 0))
            patience.Token.ThrowIfCancellationRequested();
    }

    private static void Check(IReadOnlyList<SessionInfo> sessions)
    {
        Assert.Equal(sessions.Count, sessions.Select(s => s.Number).Distinct().Count());
        Assert.Equal(sessions.Count, sessions.Select(s => s.Name).Distinct(StringComparer.Ordinal).Count());
        foreach (var session in sessions)
        {
            Assert.True(session.RetainedFrom <= session.Head);
            Assert.True(session.Observers <= session.Clients);
            Assert.Equal(session.State is SessionState.Exited or SessionState.Finalized, session.Exit is not null);
            Assert.False(session.Owner.Length == 0 && session.OwnerPresent);
        }
    }

    private static async Task ActAsync(DaemonProcess daemon, Random random, CancellationToken patience)
    {
        var client = await daemon.ConnectOnlyAsync();
        try
        {
            for (var step = 0; step < StepsOfEach; step++)
            {
                // Once in a while somebody goes without a word and comes back as somebody else.
                if (random.Next(40) == 0)
                {
                    await client.DisposeAsync();
                    client = await daemon.ConnectOnlyAsync();
                }
                await StepAsync(daemon, client, random, Names[random.Next(Names.Length)], patience);
            }
        }
        finally
        {
            await client.DisposeAsync();
        }
    }

    private static async Task StepAsync(DaemonProcess daemon, HoldfastClient client, Random random, string name, CancellationToken patience)
    {
        try
        {
            switch (random.Next(10))
            {
                case 0 or 1:
                    await client.CreateAsync(daemon.Shell(name, random.Next(3) == 0 ? "exit 3" : "while read x; do echo $x; done"), patience);
                    break;
                case 2 or 3 or 4 or 5:
                    await AttachedAsync(client, random, name, patience);
                    break;
                case 6:
                    await client.ResizeAsync(name, (uint)random.Next(10, 200), (uint)random.Next(5, 60), patience);
                    break;
                case 7:
                    await client.SignalAsync(name, 28, processGroup: true, patience);
                    break;
                case 8:
                    await client.InspectAsync(name, patience);
                    break;
                default:
                    await client.KillAsync(name, TimeSpan.FromMilliseconds(random.Next(1, 100)), takeover: random.Next(2) == 0, patience);
                    break;
            }
        }
        catch (HoldfastException e) when (Allowed.Contains(e.Code))
        {
            // One of the outcomes there may be.
            _ = e;
        }
    }

    private static async Task AttachedAsync(HoldfastClient client, Random random, string name, CancellationToken patience)
    {
        var part = (AttachAs)random.Next(4);
        await using var session = await client.AttachAsync(new AttachRequest { Session = name, Start = true, As = part }, patience);
        for (var i = random.Next(5); i >= 0; i--)
        {
            switch (random.Next(5))
            {
                case 0:
                    await session.TakeAsync(force: random.Next(2) == 0, patience);
                    break;
                case 1:
                    await session.ReleaseAsync(patience);
                    break;
                case 2:
                    await client.ResizeAsync(name, 80, (uint)random.Next(5, 60), session.OwnerEpoch, patience);
                    break;
                default:
                    await session.WriteAsync("some words\n"u8.ToArray(), patience);
                    await session.FlushAsync(patience);
                    break;
            }
        }
    }
}
