namespace Holdfast.Client.Connection;

/// <summary>
/// Waits between attempts: 10 ms doubling to 200 ms, with jitter so that many clients of one daemon do not come at once.
/// One object per series of attempts, one thread.
/// </summary>
internal sealed class BackOff
{
    private const int FirstMilliseconds = 10;
    private const int LongestMilliseconds = 200;

    private int _milliseconds = FirstMilliseconds;

    public Task WaitAsync(CancellationToken cancellation)
    {
#pragma warning disable CA5394 // jitter needs no secrecy
        var wait = _milliseconds / 2 + Random.Shared.Next(_milliseconds / 2 + 1);
#pragma warning restore CA5394
        _milliseconds = Math.Min(_milliseconds * 2, LongestMilliseconds);
        return Task.Delay(wait, cancellation);
    }
}
