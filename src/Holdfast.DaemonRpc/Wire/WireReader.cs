using System.Buffers.Binary;
using System.Text;

namespace Holdfast.DaemonRpc.Wire;

/// <summary>Reads the fields of one frame's payload; trusts no length. Owned by one call.</summary>
internal ref struct WireReader(FrameKind kind, ReadOnlySpan<byte> payload)
{
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private ReadOnlySpan<byte> _rest = payload;

    public byte Byte() => Take(1)[0];

    public ushort UInt16() => BinaryPrimitives.ReadUInt16BigEndian(Take(2));

    public int Int32() => BinaryPrimitives.ReadInt32BigEndian(Take(4));

    public ulong UInt64() => BinaryPrimitives.ReadUInt64BigEndian(Take(8));

    public ReadOnlySpan<byte> Bytes() => Take(Int32());

    public string Text(int limit = int.MaxValue)
    {
        var bytes = Bytes();
        if (bytes.Length > limit)
            throw new WireException(WireException.TooLarge, $"a text of a {kind} frame has {bytes.Length} bytes, at most {limit} are taken");
        try
        {
            return Strict.GetString(bytes);
        }
        catch (DecoderFallbackException)
        {
            throw new WireException(WireException.Malformed, $"a text of a {kind} frame is not UTF-8");
        }
    }

    public List<string> Texts()
    {
        var count = Count(leastBytes: 4);
        var texts = new List<string>(count);
        for (var i = 0; i < count; i++)
            texts.Add(Text());
        return texts;
    }

    public List<KeyValuePair<string, string>> Pairs()
    {
        var count = Count(leastBytes: 8);
        var pairs = new List<KeyValuePair<string, string>>(count);
        for (var i = 0; i < count; i++)
            pairs.Add(new(Text(), Text()));
        return pairs;
    }

    /// <summary>What a later version appended is passed over; it must not be needed.</summary>
    public readonly int Left => _rest.Length;

    // A count is believed only as far as the payload can hold that many: nobody makes us allocate by a number alone.
    private int Count(int leastBytes)
    {
        var count = Int32();
        return count >= 0 && count <= _rest.Length / leastBytes ? count : throw WireException.Cut(kind);
    }

    private ReadOnlySpan<byte> Take(int bytes)
    {
        if (bytes < 0 || bytes > _rest.Length)
            throw WireException.Cut(kind);
        var taken = _rest[..bytes];
        _rest = _rest[bytes..];
        return taken;
    }
}
