namespace Holdfast.Daemon.Killing;

/// <summary>When each step of the ladder is taken, counted from its beginning. A value.</summary>
public readonly record struct KillTimes(TimeSpan Terminate, TimeSpan Kill)
{
    /// <summary>SIGTERM never comes later than half of the time to SIGKILL.</summary>
    public static KillTimes Of(TimeSpan kill, TimeSpan terminate) => new(terminate < kill / 2 ? terminate : kill / 2, kill);
}
