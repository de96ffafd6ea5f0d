using Holdfast.Ring;

namespace Holdfast.Pure.Tests.Ring;

/// <summary>
/// One transfer, killed after every step; its recovery, killed after every step; the recovery of that, killed likewise; then one that
/// is left alone. After it the stream must be exact.
/// </summary>
public sealed class TransferSimulation
{
    private readonly RingWorld _world;
    private readonly byte[] _stream;
    private readonly ulong _start;
    private readonly Action<RingWorld> _transfer;
    private readonly Action<RingWorld> _recover;

    public TransferSimulation(TransferCase given, Action<RingWorld, TransferCase> transfer, Action<RingWorld> recover)
    {
        _start = given.Start;
        _world = new RingWorld(given.Start) { Pipe = { MostPerRead = given.MostPerRead } };
        _stream = new byte[given.Before + given.Waiting];
        new Random(given.Seed).NextBytes(_stream);

        // No F8 to FF, as in any text: for the others the pattern read promises less.
        for (var i = 0; i < _stream.Length; i++)
            _stream[i] = (byte)(_stream[i] % 0xF8);
        for (var at = 0; at < given.Before; at += RingWorld.Capacity)
            _world.Append(_stream.AsSpan(at, Math.Min(RingWorld.Capacity, given.Before - at)));
        _world.Pipe.Restore(default, _stream.AsMemory(given.Before));
        _transfer = world => transfer(world, given);
        _recover = recover;
    }

    /// <summary>Recoveries that were checked; the tests look at it so that an empty exploration cannot pass.</summary>
    public int Checked { get; private set; }

    /// <summary>The first wrong stream found, described; null when every one was exact.</summary>
    public string? Explore(int killedRecoveries)
    {
        var initial = _world.Save();
        for (var cut = 0; ; cut++)
        {
            _world.Restore(initial);
            var survived = _world.Kill.Survives(cut, () => _transfer(_world));
            if (ExploreRecovery(_world.Save(), killedRecoveries) is { } wrong)
                return $"transfer killed after step {cut}; {wrong}";
            if (survived)
                return null;
        }
    }

    /// <summary>The same with cuts of the caller's choice: the first for the transfer, each further one for a recovery.</summary>
    public string? Follow(IReadOnlyList<int> cuts)
    {
        _world.Kill.Survives(cuts[0], () => _transfer(_world));
        foreach (var cut in cuts.Skip(1))
            _world.Kill.Survives(cut, () => _recover(_world));
        return Finish() is { } wrong ? $"cuts {string.Join(", ", cuts)}; {wrong}" : null;
    }

    private string? ExploreRecovery(WorldState killed, int killedRecoveries)
    {
        for (var cut = 0; killedRecoveries > 0; cut++)
        {
            _world.Restore(killed);
            if (_world.Kill.Survives(cut, () => _recover(_world)))
                break;
            if (ExploreRecovery(_world.Save(), killedRecoveries - 1) is { } wrong)
                return $"recovery killed after step {cut}; {wrong}";
        }

        _world.Restore(killed);
        return Finish();
    }

    private string? Finish()
    {
        Checked++;
        _recover(_world);
        if (_world.Record().Phase != TransferPhase.None)
            return "the record is not closed";
        if (_world.Pipe.Inside.Length > 0)
            return $"{_world.Pipe.Inside.Length} bytes are left in the pipe";

        var ring = _world.Ring();
        var taken = ring.Head - _start;
        if (taken + (ulong)_world.Pipe.Terminal.Length != (ulong)_stream.Length)
            return $"{taken} bytes are in the ring and {_world.Pipe.Terminal.Length} in the PTY, of {_stream.Length}";
        var from = Math.Max(_start, ring.RetainedFrom);
        var held = ring.Read(from, (int)(ring.Head - from));
        return held.SequenceEqual(_stream.AsSpan((int)(from - _start), held.Length)) ? null : "the ring holds other bytes than were written";
    }
}
