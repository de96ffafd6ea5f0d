using System.Runtime.CompilerServices;
using Holdfast.Daemon.Health;

namespace Holdfast.Pure.Tests.Daemon;

/// <summary>What terminal models have cost is given back once they are gone.</summary>
public sealed class HeapTrimTests
{
    private const int WorthIt = 32 << 20;

    [Fact]
    public void Models_that_came_and_went_between_two_ticks_are_given_back_when_no_more_go()
    {
        var heap = new HeapTrim();
        var garbage = MakeGarbage();
        heap.OnTick(letGo: 5);
        heap.OnTick(letGo: 5);
        Assert.False(garbage.IsAlive);
    }

    // Its own frame: what the caller's would hold is no garbage.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static WeakReference MakeGarbage() => new(new byte[WorthIt]);
}
