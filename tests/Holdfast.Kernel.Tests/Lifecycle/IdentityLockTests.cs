using Holdfast.DaemonRpc.Lifecycle;

namespace Holdfast.Kernel.Tests.Lifecycle;

public sealed class IdentityLockTests : IDisposable
{
    private readonly TemporaryDaemonPlace _place = new();

    private string LockFile => Path.Combine(_place.Root, "lock");

    [Fact]
    public void Only_one_has_it_and_it_ends_with_its_last_descriptor()
    {
        var first = IdentityLock.TryTake(LockFile);
        Assert.NotNull(first);
        Assert.Null(IdentityLock.TryTake(LockFile));
        var inherited = first.Fd.Duplicate();
        first.Dispose();
        Assert.Null(IdentityLock.TryTake(LockFile));
        inherited.Dispose();
        using var second = IdentityLock.TryTake(LockFile);
        Assert.NotNull(second);
    }

    [Fact]
    public void A_file_left_behind_does_not_hold_it()
    {
        File.WriteAllText(LockFile, "4711");
        using (var taken = IdentityLock.TryTake(LockFile))
            Assert.NotNull(taken);
        Assert.Equal("4711", File.ReadAllText(LockFile));
    }

    [Fact]
    public async Task Never_held_by_two_at_once_while_the_file_is_removed_and_made_again()
    {
        // Each holder removes the file before it lets go: whoever opened it meanwhile would lock a file without a name.
        var holders = 0;
        var most = 0;
        var taken = 0;
        var workers = Enumerable.Range(0, 8).Select(_ => Task.Factory.StartNew(
            () =>
            {
                for (var i = 0; i < 2000; i++)
                {
                    using var mine = IdentityLock.TryTake(LockFile);
                    if (mine is null)
                        continue;
                    Interlocked.Increment(ref taken);
                    var now = Interlocked.Increment(ref holders);
                    if (now > Volatile.Read(ref most))
                        Volatile.Write(ref most, now);
                    Thread.Yield();
                    Interlocked.Decrement(ref holders);
                    File.Delete(LockFile);
                }
            },
            CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default));
        await Task.WhenAll(workers);
        Assert.True(taken > 0);
        Assert.Equal(1, most);
    }

    public void Dispose() => _place.Dispose();
}
