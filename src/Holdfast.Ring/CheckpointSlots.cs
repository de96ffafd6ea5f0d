using System.Numerics;
using System.Runtime.InteropServices;

namespace Holdfast.Ring;

/// <summary>
/// The terminal model's checkpoints, where they outlive the daemon. What they hold is their writer's affair.
/// Part of a <see cref="SessionRing"/>; the daemon's loop only; lives as long as the ring.
/// </summary>
/// <remarks>
/// Order for the killed: the slot's generation is cleared, then content, then checksum, last the generation. The newest valid slot is
/// never the one written to, so a kill anywhere leaves one.
/// <code>
/// slot: generation u64 | offset u64 | length u64 | checksum u64 | content
/// </code>
/// </remarks>
public sealed class CheckpointSlots
{
    /// <summary>In front of the content of each slot.</summary>
    public const int HeaderBytes = 32;

    private const int OffsetAt = 8;
    private const int LengthAt = 16;
    private const int ChecksumAt = 24;

    private readonly Memory<byte> _slots;
    private readonly SharedWords _words;
    private readonly int _slotBytes;
    private readonly int _count;
    private int _writing = -1;

    internal CheckpointSlots(Memory<byte> slots, int count)
    {
        _slots = slots;
        _words = new SharedWords(slots);
        _slotBytes = slots.Length / count;
        _count = count;
    }

    /// <summary>Most bytes of content.</summary>
    public int MostBytes => _slotBytes - HeaderBytes;

    /// <summary>Room for a new checkpoint's content; it counts only once <see cref="Publish"/> was called.</summary>
    public Span<byte> Begin()
    {
        _writing = (Newest(valid: false) + 1) % _count;
        _words.Store(_writing * _slotBytes, 0);
        return _slots.Span.Slice((_writing * _slotBytes) + HeaderBytes, MostBytes);
    }

    /// <summary>Makes what was written since <see cref="Begin"/> the newest checkpoint: the state after all output below <paramref name="offset"/>.</summary>
    public void Publish(ulong offset, int length)
    {
        if (_writing < 0)
            throw new InvalidOperationException("No checkpoint was begun.");
        var newest = Newest(valid: false);
        var generation = newest < 0 ? 1 : _words.Load(newest * _slotBytes) + 1;
        var at = _writing * _slotBytes;
        _words.Store(at + OffsetAt, offset);
        _words.Store(at + LengthAt, (ulong)length);
        _words.Store(at + ChecksumAt, Checksum(generation, offset, Content(_writing, length)));
        _words.Store(at, generation);
        _writing = -1;
    }

    /// <summary>The newest checkpoint that was written whole; false where there is none.</summary>
    public bool TryRead(out ulong offset, out ReadOnlySpan<byte> content)
    {
        offset = 0;
        content = default;
        var newest = Newest(valid: true);
        if (newest < 0)
            return false;
        offset = _words.Load((newest * _slotBytes) + OffsetAt);
        content = Content(newest, (int)_words.Load((newest * _slotBytes) + LengthAt));
        return true;
    }

    private int Newest(bool valid)
    {
        var newest = -1;
        ulong best = 0;
        for (var slot = 0; slot < _count; slot++)
        {
            var generation = _words.Load(slot * _slotBytes);
            if (generation <= best || (valid && !IsValid(slot, generation)))
                continue;
            (newest, best) = (slot, generation);
        }
        return newest;
    }

    private bool IsValid(int slot, ulong generation)
    {
        var at = slot * _slotBytes;
        var length = _words.Load(at + LengthAt);
        return length <= (ulong)MostBytes
            && _words.Load(at + ChecksumAt) == Checksum(generation, _words.Load(at + OffsetAt), Content(slot, (int)length));
    }

    private ReadOnlySpan<byte> Content(int slot, int length) => _slots.Span.Slice((slot * _slotBytes) + HeaderBytes, length);

    // Two halves over alternating words: one CRC alone would wait for itself at every step.
    private static ulong Checksum(ulong generation, ulong offset, ReadOnlySpan<byte> content)
    {
        var even = BitOperations.Crc32C(BitOperations.Crc32C(0, generation), offset);
        var odd = BitOperations.Crc32C(0, (ulong)content.Length);
        var words = MemoryMarshal.Cast<byte, ulong>(content);
        var i = 0;
        for (; i + 1 < words.Length; i += 2)
        {
            even = BitOperations.Crc32C(even, words[i]);
            odd = BitOperations.Crc32C(odd, words[i + 1]);
        }
        if (i < words.Length)
            even = BitOperations.Crc32C(even, words[i]);
        foreach (var b in content[(words.Length * sizeof(ulong))..])
            odd = BitOperations.Crc32C(odd, b);
        return ((ulong)odd << 32) | even;
    }
}
