using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Holdfast.Daemon.Journal;

/// <summary>What a look at a record found.</summary>
public enum RecordCondition
{
    Missing,
    Good,

    /// <summary>Whole, but of a version that is not known here.</summary>
    Newer,

    /// <summary>Torn, or changed since it was written.</summary>
    Damaged,
}

/// <summary>
/// A record as a file: one JSON document whose first line holds version and checksum, so that it can be read with cat and with jq. Pure functions.
/// </summary>
/// <remarks>
/// <code>
/// {"version":1,"checksum":"crc32c:0badcafe",
/// "record":{ … }}
/// </code>
/// The checksum covers every other byte of the file, the version included: a damaged record is never taken for one of a later version. Every
/// version begins with such a line.
/// </remarks>
public static class RecordFormat
{
    public const int Version = 1;

    private const string BeforeVersion = "{\"version\":";
    private const string BeforeChecksum = ",\"checksum\":\"crc32c:";
    private const string AfterChecksum = "\",\n\"record\":";
    private const string End = "}\n";
    private const int ChecksumChars = 8;

    // A version has at most this many digits: the line is found without reading on.
    private const int MostVersionChars = 6;

    public static byte[] Encode(JournalRecord record) =>
        Seal(Version, JsonSerializer.SerializeToUtf8Bytes(record, JournalShapes.Default.JournalRecord));

    /// <summary>A record of any version around its JSON.</summary>
    public static byte[] Seal(int version, ReadOnlySpan<byte> json)
    {
        var head = Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{BeforeVersion}{version}{BeforeChecksum}"));
        byte[] tail = [.. Encoding.ASCII.GetBytes(AfterChecksum), .. json, .. Encoding.ASCII.GetBytes(End)];
        return [.. head, .. Text(Crc32C.Empty.Add(head).Add(tail)), .. tail];
    }

    /// <summary>The record, where it is good.</summary>
    public static RecordCondition Read(ReadOnlySpan<byte> file, out JournalRecord? record)
    {
        record = null;
        if (!TryOpen(file, out var version, out var json))
            return RecordCondition.Damaged;
        if (version > Version)
            return RecordCondition.Newer;
        try
        {
            record = JsonSerializer.Deserialize(json, JournalShapes.Default.JournalRecord);
        }
        catch (JsonException)
        {
            // Its checksum holds, its content does not: written by nothing that this version knows.
            record = null;
        }
        return record is null ? RecordCondition.Damaged : RecordCondition.Good;
    }

    private static bool TryOpen(ReadOnlySpan<byte> file, out int version, out ReadOnlySpan<byte> json)
    {
        version = 0;
        json = default;
        var line = file[..Math.Min(file.Length, BeforeVersion.Length + MostVersionChars + BeforeChecksum.Length)];
        var mark = line.IndexOf(Encoding.ASCII.GetBytes(BeforeChecksum));
        if (mark < 0 || !line.StartsWith(Encoding.ASCII.GetBytes(BeforeVersion)))
            return false;
        var at = mark + BeforeChecksum.Length;
        if (file.Length < at + ChecksumChars)
            return false;
        var tail = file[(at + ChecksumChars)..];
        if (!Text(Crc32C.Empty.Add(file[..at]).Add(tail)).AsSpan().SequenceEqual(file.Slice(at, ChecksumChars)))
            return false;
        if (!tail.StartsWith(Encoding.ASCII.GetBytes(AfterChecksum)) || !tail.EndsWith(Encoding.ASCII.GetBytes(End)))
            return false;
        json = tail[AfterChecksum.Length..^End.Length];
        return int.TryParse(line[BeforeVersion.Length..mark], NumberStyles.None, CultureInfo.InvariantCulture, out version) && version > 0;
    }

    private static byte[] Text(Crc32C checksum) => Encoding.ASCII.GetBytes(checksum.Value.ToString("x8", CultureInfo.InvariantCulture));
}
