using Holdfast.Client;
using Holdfast.Protocol.V1;
using Holdfast.TestKit;

namespace Holdfast.EndToEnd.Tests.Flow;

/// <summary>A session that floods takes the loop in small turns while others want it. Counted in the flood's bytes, so that a slow machine changes nothing.</summary>
public sealed class FairnessTests
{
    private const int Questions = 400;

    // Of a turn that asks nobody it would be 256 KiB; an undisturbed question waits for one move of 4 KiB.
    private const ulong MostBytes = 32 * 1024;

    [Fact]
    public async Task A_question_beside_a_flood_waits_for_a_fraction_of_a_turn()
    {
        await using var daemon = new DaemonProcess();
        await using var client = await daemon.ConnectAsync();
        await client.CreateAsync(daemon.Shell("flood", "exec cat /dev/zero"));
        var waits = new List<ulong>();
        while ((await client.InspectAsync("flood")).Head == 0)
            continue;
        var former = (await client.InspectAsync("flood")).Head;
        while (waits.Count < Questions)
        {
            var head = (await client.InspectAsync("flood")).Head;
            waits.Add(head - former);
            former = head;
        }

        // Who asks may itself be kept waiting by the machine, while the flood goes on: hence not all of them.
        waits.Sort();
        Assert.True(waits[Questions / 4] <= MostBytes, $"of {Questions} questions a quarter waited for up to {waits[Questions / 4]} bytes of the flood, half for {waits[Questions / 2]}");
    }
}
