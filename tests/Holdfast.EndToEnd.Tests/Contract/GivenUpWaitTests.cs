using Holdfast.Client;
using Holdfast.EndToEnd.Tests.Connections;
using Holdfast.EndToEnd.Tests.Load;
using Holdfast.Protocol.V1;
using Holdfast.TestKit;

namespace Holdfast.EndToEnd.Tests.Contract;

/// <summary>Whoever asks again and again whether a session has ended leaves nothing in the daemon, however long the session lives.</summary>
public sealed class GivenUpWaitTests
{
    private const int Waits = 50_000;

    // A wait takes about half a kilobyte.
    private const long MostKilobytes = 6 * 1024;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Waits_that_were_taken_back_or_whose_connection_is_gone_leave_nothing(bool cancels)
    {
        await using var daemon = new DaemonProcess();
        await using var client = await daemon.ConnectAsync();
        await client.CreateAsync(daemon.Shell("long", "exec sleep 1000"));
        // What the daemon takes once for such a crowd.
        await CrowdAsync(daemon, client, cancels, Waits / 10);
        var pid = (await client.StatusAsync()).DaemonPid;
        var before = ManySessionsTests.AnonymousKilobytes(pid);

        await CrowdAsync(daemon, client, cancels, Waits);

        using var deadline = new CancellationTokenSource(DaemonProcess.Deadline);
        while (ManySessionsTests.AnonymousKilobytes(pid) > before + MostKilobytes)
            await client.StatusAsync(deadline.Token);
    }

    [Fact]
    public async Task A_wait_that_was_taken_back_gets_no_answer_and_the_others_theirs()
    {
        await using var daemon = new DaemonProcess();
        await using var client = await daemon.ConnectAsync();
        await client.CreateAsync(daemon.Shell("work", "read line; exit 4"));
        using var peer = await RawPeer.GreetedAsync(daemon);
        foreach (var id in (ulong[])[10, 11, 12])
            await peer.SendAsync(WaitFor("work", id));
        await peer.SendAsync(Cancel(11));
        await peer.SendAsync(Cancel(99));
        // Nothing but a wait is taken back.
        await peer.SendAsync(new Envelope { RequestId = 13, List = new ListRequest() });
        await peer.SendAsync(Cancel(13));
        Assert.NotNull((await peer.ReceiveAsync())?.ListAnswer);
        await using (var work = await Transcript.OfAsync(client, "work"))
            await work.TypeAsync("\n");
        var answered = new[] { await peer.ReceiveAsync(), await peer.ReceiveAsync() };
        Assert.All(answered, a => Assert.Equal(4, a?.WaitAnswer?.Session.Exit.Code));
        Assert.Equal([10UL, 12UL], answered.Select(a => a!.RequestId).Order());
        // What was taken back is not answered later either.
        Assert.NotNull((await peer.AskAsync(new Envelope { RequestId = 14, List = new ListRequest() })).ListAnswer);
    }

    private static async Task CrowdAsync(DaemonProcess daemon, HoldfastClient client, bool cancels, int waits)
    {
        using (var peer = await RawPeer.GreetedAsync(daemon))
        {
            for (var i = 0; i < waits; i++)
            {
                await peer.SendAsync(WaitFor("long", (ulong)i + 10));
                if (cancels)
                    await peer.SendAsync(Cancel((ulong)i + 10));
            }

            Assert.NotNull((await peer.AskAsync(new Envelope { RequestId = 2, List = new ListRequest() })).ListAnswer);
            if (cancels)
                return;
        }

        using var deadline = new CancellationTokenSource(DaemonProcess.Deadline);
        while ((await client.StatusAsync(deadline.Token)).Clients > 1)
            await Task.Yield();
    }

    private static Envelope WaitFor(string session, ulong id) => new() { RequestId = id, Wait = new WaitRequest { Session = session } };

    private static Envelope Cancel(ulong id) => new() { RequestId = id, Cancel = new CancelRequest() };
}
