namespace Holdfast.Daemon.Sessions;

/// <summary>
/// Takes the page tables of rings that have been quiet off this process: fifty full rings would otherwise count as hundreds of megabytes of the
/// daemon's own and make it the first to be killed when memory is short. Called once a tick, on the loop. Stateless.
/// </summary>
public static class IdleRings
{
    // Shorter would take the pages from under a program that writes a line every few seconds.
    private const int QuietTicks = 5;

    public static void Release(SessionTable sessions)
    {
        foreach (var session in sessions.All)
        {
            if (session.Memory.CountQuietTick() == QuietTicks)
            {
                session.Screen.Release();
                session.Memory.ReleaseIdle();
            }
        }
    }
}
