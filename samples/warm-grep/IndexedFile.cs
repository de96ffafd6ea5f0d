namespace WarmGrep;

/// <summary>One file as it was when it was read. Immutable.</summary>
internal sealed record IndexedFile(DateTime Written, long Length, string[] Lines, HashSet<long> Held)
{
    public static IndexedFile Read(FileInfo file)
    {
        string text;
        try
        {
            text = File.ReadAllText(file.FullName);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            text = "";
        }
        // A zero byte: no text.
        if (text.Contains('\0', StringComparison.Ordinal))
            text = "";
        return new IndexedFile(file.LastWriteTimeUtc, file.Length, text.Split('\n'), Trigrams(text));
    }

    public static HashSet<long> Trigrams(string text)
    {
        var held = new HashSet<long>();
        for (var i = 0; i + 2 < text.Length; i++)
            held.Add(((long)text[i] << 32) | ((long)text[i + 1] << 16) | text[i + 2]);
        return held;
    }

    public bool MayHold(HashSet<long> wanted) => wanted.IsSubsetOf(Held);
}
