namespace Holdfast.Daemon.Journal;

/// <summary>Which variables are secrets, by their names: they are not written to disk unless the user asked for it. Stateless.</summary>
public static class SecretNames
{
    private static readonly string[] Parts = ["TOKEN", "SECRET", "PASSWORD", "PASSWD", "PASSPHRASE", "CREDENTIAL", "KEY"];
    private static readonly string[] Beginnings = ["AWS_"];
    private static readonly string[] Endings = ["_PAT", "_PASS", "_PWD"];

    public static bool IsSecret(string name) =>
        Array.Exists(Parts, p => name.Contains(p, StringComparison.OrdinalIgnoreCase))
        || Array.Exists(Beginnings, b => name.StartsWith(b, StringComparison.OrdinalIgnoreCase))
        || Array.Exists(Endings, e => name.EndsWith(e, StringComparison.OrdinalIgnoreCase));

    /// <summary>The variables without the secrets among them, and the names of those.</summary>
    public static (Dictionary<string, string> Kept, string[] Dropped) Split(IEnumerable<KeyValuePair<string, string>> environment)
    {
        var kept = new Dictionary<string, string>(StringComparer.Ordinal);
        var dropped = new List<string>();
        foreach (var (name, value) in environment)
        {
            if (IsSecret(name))
                dropped.Add(name);
            else
                kept[name] = value;
        }
        dropped.Sort(StringComparer.Ordinal);
        return (kept, [.. dropped]);
    }
}
