namespace Holdfast.Daemon.Loop;

/// <summary>
/// Work of the loop whose end nobody awaits. A fault in it ends the daemon as one in a handler does: the next daemon takes everything up from what was
/// noted, whereas a session left half ended would stay so, and whoever waits for it too.
/// </summary>
public static class UnattendedTask
{
    // An async void hands its fault to the context it was called in, which is the loop.
    public static async void Unattended(this Task task) => await task;
}
