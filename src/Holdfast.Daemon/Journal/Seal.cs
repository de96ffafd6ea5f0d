using System.Globalization;
using System.Text;

namespace Holdfast.Daemon.Journal;

/// <summary>What stands at the end of a `screen` or `output` file: what it is, which offsets it covers, and that it is whole. A value; pure.</summary>
/// <remarks>
/// At the end, because the content of an output may still be overwritten in its ring while it is copied: which part of it counts is known only
/// then. The checksum covers the content and the line up to it.
/// </remarks>
public readonly record struct Seal(SealedKind Kind, ulong First, ulong End)
{
    /// <summary>Fixed, so that it is found from the end.</summary>
    public const int Bytes = 128;

    private const int Version = 1;
    private const string BeforeChecksum = " crc32c ";
    private const int ChecksumChars = 8;

    /// <summary>The line for content with this checksum so far.</summary>
    public byte[] Close(Crc32C content)
    {
        var text = string.Create(CultureInfo.InvariantCulture, $"\nholdfast {Name(Kind)} version {Version} first {First} end {End}");
        var line = Encoding.ASCII.GetBytes(text.PadRight(Bytes - BeforeChecksum.Length - ChecksumChars - 1) + BeforeChecksum);
        return [.. line, .. Encoding.ASCII.GetBytes(content.Add(line).Value.ToString("x8", CultureInfo.InvariantCulture)), (byte)'\n'];
    }

    /// <summary>The content's seal and the content, where the file is whole and of this kind.</summary>
    public static bool TryOpen(SealedKind kind, ReadOnlySpan<byte> file, out Seal seal, out ReadOnlySpan<byte> content)
    {
        seal = default;
        content = default;
        if (file.Length < Bytes)
            return false;
        var checksumAt = file.Length - 1 - ChecksumChars;
        var checksum = Crc32C.Empty.Add(file[..checksumAt]).Value.ToString("x8", CultureInfo.InvariantCulture);
        if (Encoding.ASCII.GetString(file[checksumAt..]) != checksum + "\n" || !TryRead(kind, file[^Bytes..], out seal))
            return false;
        content = file[..^Bytes];
        return true;
    }

    /// <summary>The seal alone, unproven: enough to see whether there is anything new to write.</summary>
    public static bool TryRead(SealedKind kind, ReadOnlySpan<byte> line, out Seal seal)
    {
        seal = default;
        var words = Encoding.ASCII.GetString(line).Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        if (words is not ["holdfast", var name, "version", "1", "first", var first, "end", var end, "crc32c", _] || name != Name(kind))
            return false;
        if (!ulong.TryParse(first, NumberStyles.None, CultureInfo.InvariantCulture, out var from) || !ulong.TryParse(end, NumberStyles.None, CultureInfo.InvariantCulture, out var to))
            return false;
        seal = new Seal(kind, from, to);
        return from <= to;
    }

    private static string Name(SealedKind kind) => kind == SealedKind.Screen ? "screen" : "output";
}

/// <summary>What a sealed file holds.</summary>
public enum SealedKind
{
    /// <summary>A terminal model's checkpoint.</summary>
    Screen,

    /// <summary>What the ring held of the output.</summary>
    Output,
}
