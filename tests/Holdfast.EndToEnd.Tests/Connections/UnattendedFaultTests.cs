using Holdfast.Daemon.Loop;

namespace Holdfast.EndToEnd.Tests.Connections;

/// <summary>A fault in work that nobody awaits is not lost: the loop ends by it.</summary>
public sealed class UnattendedFaultTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_fault_in_unattended_work_ends_the_loop(bool atOnce)
    {
        var former = SynchronizationContext.Current;
        using var loop = new DaemonLoop();
        loop.Post(_ => FailAsync(atOnce).Unattended(), null);
        try
        {
            Assert.Throws<InvalidDataException>(loop.Run);
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(former);
        }
    }

    private static async Task FailAsync(bool atOnce)
    {
        if (!atOnce)
            await Task.Yield();
        throw new InvalidDataException("half done");
    }
}
