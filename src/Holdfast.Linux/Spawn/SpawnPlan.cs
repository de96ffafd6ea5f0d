using System.Buffers.Binary;
using System.Text;

namespace Holdfast.Linux.Spawn;

/// <summary>
/// Which program to start: an absolute path, its arguments (the first is its name), its environment as KEY=VALUE, and its working
/// directory. Travels between processes as bytes: two counts, then zero-terminated strings.
/// </summary>
public sealed record SpawnPlan(string Program, string Directory, IReadOnlyList<string> Arguments, IReadOnlyList<string> Environment)
{
    public byte[] Encode()
    {
        using var stream = new MemoryStream();
        Span<byte> counts = stackalloc byte[8];
        BinaryPrimitives.WriteInt32LittleEndian(counts, Arguments.Count);
        BinaryPrimitives.WriteInt32LittleEndian(counts[4..], Environment.Count);
        stream.Write(counts);
        Append(stream, Program);
        Append(stream, Directory);
        foreach (var argument in Arguments)
            Append(stream, argument);
        foreach (var variable in Environment)
            Append(stream, variable);
        return stream.ToArray();
    }

    /// <exception cref="FormatException">The bytes are not a plan.</exception>
    public static SpawnPlan Decode(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < 8)
            throw new FormatException("A spawn plan is at least 8 bytes.");
        var arguments = BinaryPrimitives.ReadInt32LittleEndian(bytes);
        var variables = BinaryPrimitives.ReadInt32LittleEndian(bytes[4..]);
        var rest = bytes[8..];
        var program = Next(ref rest);
        var directory = Next(ref rest);
        var plan = new SpawnPlan(program, directory, Take(ref rest, arguments), Take(ref rest, variables));
        return rest.IsEmpty ? plan : throw new FormatException("A spawn plan goes on after its last string.");
    }

    private static void Append(MemoryStream stream, string text)
    {
        if (text.Contains('\0', StringComparison.Ordinal))
            throw new ArgumentException("A string of a spawn plan holds a zero byte, which no program can be given.", nameof(text));
        stream.Write(Encoding.UTF8.GetBytes(text));
        stream.WriteByte(0);
    }

    private static List<string> Take(ref ReadOnlySpan<byte> rest, int count)
    {
        if (count < 0)
            throw new FormatException("A count of the spawn plan is negative.");
        var list = new List<string>();
        for (var i = 0; i < count; i++)
            list.Add(Next(ref rest));
        return list;
    }

    private static string Next(ref ReadOnlySpan<byte> rest)
    {
        var end = rest.IndexOf((byte)0);
        if (end < 0)
            throw new FormatException("A string of the spawn plan has no end.");
        var text = Encoding.UTF8.GetString(rest[..end]);
        rest = rest[(end + 1)..];
        return text;
    }
}
