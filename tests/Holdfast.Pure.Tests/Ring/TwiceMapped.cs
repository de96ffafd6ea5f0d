namespace Holdfast.Pure.Tests.Ring;

/// <summary>
/// The stand-in for data that is mapped twice in a row: before each access, what was written to one half is copied to the other.
/// </summary>
public sealed class TwiceMapped(int capacity, KillSwitch kill) : SharedBytes(2 * capacity, kill)
{
    private const int Chunk = 1024;
    private readonly byte[] _known = new byte[capacity];

    public override Span<byte> GetSpan()
    {
        Mirror();
        return base.GetSpan();
    }

    /// <summary>The state to go back to: one half is enough.</summary>
    public byte[] Save()
    {
        Mirror();
        return _known.ToArray();
    }

    public void Restore(byte[] saved)
    {
        saved.CopyTo(_known, 0);
        saved.CopyTo(Raw, 0);
        saved.CopyTo(Raw, capacity);
    }

    private void Mirror()
    {
        for (var at = 0; at < capacity; at += Chunk)
        {
            var known = _known.AsSpan(at, Chunk);
            MirrorChunk(known, Raw.AsSpan(at, Chunk), Raw.AsSpan(capacity + at, Chunk));
        }
    }

    private static void MirrorChunk(Span<byte> known, Span<byte> first, Span<byte> second)
    {
        var (firstSame, secondSame) = (first.SequenceEqual(known), second.SequenceEqual(known));
        if (firstSame && secondSame)
            return;
        if (secondSame)
            first.CopyTo(known);
        else if (firstSame)
            second.CopyTo(known);
        else
            Merge(known, first, second);
        known.CopyTo(first);
        known.CopyTo(second);
    }

    private static void Merge(Span<byte> known, Span<byte> first, Span<byte> second)
    {
        for (var i = 0; i < known.Length; i++)
            known[i] = first[i] != known[i] ? first[i] : second[i];
    }
}
