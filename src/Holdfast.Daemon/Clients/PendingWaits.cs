namespace Holdfast.Daemon.Clients;

/// <summary>A connection's waits that have no answer yet: each ends when it is taken back, and all when the connection does. Owned by the connection, loop thread.</summary>
public sealed class PendingWaits
{
    private readonly Dictionary<ulong, TaskCompletionSource> _givenUp = [];

    /// <summary>Waits for <paramref name="event"/>; false where the wait was given up before.</summary>
    public async Task<bool> ForAsync(ulong request, Task @event)
    {
        var givenUp = new TaskCompletionSource();
        // A second one under the same id takes the first one's place: its answer would not be told from the other.
        Cancel(request);
        _givenUp.Add(request, givenUp);
        // What is left of a wait that was given up is nothing: WhenAny takes its continuation back from the event, which may be months away.
        await Task.WhenAny(@event, givenUp.Task);
        if (givenUp.Task.IsCompleted)
            return false;
        _givenUp.Remove(request);
        return true;
    }

    public void Cancel(ulong request)
    {
        if (_givenUp.Remove(request, out var givenUp))
            givenUp.SetResult();
    }

    public void CancelAll()
    {
        foreach (var request in _givenUp.Keys.ToArray())
            Cancel(request);
    }
}
