using System.Numerics;

namespace WarmGrep;

/// <summary>One file as it was when it was read: its bytes, and which groups of three bytes they may hold. Immutable.</summary>
internal sealed class IndexedFile
{
    // Larger ones are seldom text that somebody searches.
    private const long LargestFile = 4 * 1024 * 1024;

    private const int FewestBits = 10;
    private const int MostBits = 20;

    // Spreads the groups over the bits (Fibonacci hashing).
    private const uint Spread = 2654435769;

    private readonly FileStamp _stamp;
    private readonly ulong[] _held;
    private readonly int _shift;

    private IndexedFile(string path, FileStamp stamp, byte[] text)
    {
        (Path, _stamp, Text) = (path, stamp, text);
        var bits = Math.Clamp(BitOperations.Log2((uint)text.Length + 1) + 1, FewestBits, MostBits);
        _shift = 32 - bits;
        _held = new ulong[1 << (bits - 6)];
        for (var i = 0; i + 2 < text.Length; i++)
        {
            var bit = Bit(text[i], text[i + 1], text[i + 2]);
            _held[bit >> 6] |= 1UL << (int)bit;
        }
    }

    public string Path { get; }

    /// <summary>Empty where it is no text, too large, or cannot be read.</summary>
    public byte[] Text { get; }

    public bool IsCurrent => _stamp.IsCurrent(Path);

    public static IndexedFile Read(string path)
    {
        // Before the bytes: a change meanwhile is seen the next time.
        var stamp = FileStamp.Of(path);
        return new IndexedFile(path, stamp, ReadText(path, stamp.Length));
    }

    /// <summary>The bytes of a file that is text, as grep(1) judges it: without a zero.</summary>
    public static byte[] ReadText(string path, long length)
    {
        // What has no length may be a FIFO, which nobody would ever end.
        if (length is 0 or > LargestFile)
            return [];
        try
        {
            var bytes = File.ReadAllBytes(path);
            return bytes.AsSpan().Contains((byte)0) ? [] : bytes;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    /// <summary>False only where the wanted bytes are not in it beyond doubt.</summary>
    public bool MayHold(ReadOnlySpan<byte> wanted)
    {
        for (var i = 0; i + 2 < wanted.Length; i++)
        {
            var bit = Bit(wanted[i], wanted[i + 1], wanted[i + 2]);
            if ((_held[bit >> 6] & (1UL << (int)bit)) == 0)
                return false;
        }
        return true;
    }

    private uint Bit(byte first, byte second, byte third) => ((((uint)first << 16) | ((uint)second << 8) | third) * Spread) >> _shift;
}
