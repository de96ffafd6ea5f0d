namespace Holdfast.Linux.Events;

/// <summary>How long a wait of one kind typically is, in ticks: follows what changes, and no single long one. Owned by an <see cref="AwakeSpell"/>; its thread.</summary>
internal sealed class WaitTime
{
    // Nothing is known of the first ones but that some are slow for reasons of their own: the least of so many is the first estimate.
    private const int Acquaintance = 3;

    private const double Weight = 1.0 / 8;

    // A wait may be a hundred times as long because the hypervisor took the processor away: it counts as this much.
    private const double MostAtOnce = 1.5;

    private int _count;

    public double Typical { get; private set; } = double.PositiveInfinity;

    public void Note(long time)
    {
        if (_count < Acquaintance)
        {
            _count++;
            Typical = Math.Min(Typical, time);
            return;
        }
        Typical += (Math.Min(time, Typical * MostAtOnce) - Typical) * Weight;
    }
}
