namespace Holdfast.Pure.Tests.Ring;

/// <summary>
/// Lets a given number of steps happen, then kills.
/// Shared by everything that outlives the simulated daemon, so that a step is one access to any of it.
/// </summary>
public sealed class KillSwitch
{
    private long _stepsLeft = long.MaxValue;

    public void Arm(int steps) => _stepsLeft = steps;

    public void Disarm() => _stepsLeft = long.MaxValue;

    /// <summary>Called before each step: a cut after n steps is a kill before step n + 1.</summary>
    public void BeforeStep()
    {
        if (_stepsLeft-- <= 0)
            throw new KilledException();
    }

    /// <summary>Runs the action with a kill after that many steps; false when it was killed.</summary>
    public bool Survives(int steps, Action action)
    {
        Arm(steps);
        try
        {
            action();
            return true;
        }
        catch (KilledException)
        {
            return false;
        }
        finally
        {
            Disarm();
        }
    }
}
