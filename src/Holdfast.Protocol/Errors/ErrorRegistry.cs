using Holdfast.Protocol.V1;

namespace Holdfast.Protocol.Errors;

/// <summary>
/// What each error code means, what to do about it, and how the command line exits.
/// The rows are generated from proto/holdfast/v1/errors.proto; immutable, callable from any thread.
/// </summary>
public static partial class ErrorRegistry
{
    // EX_SOFTWARE of sysexits: a code that this build does not know came from a newer peer.
    private const int UnknownExitCode = 70;

    private static readonly ErrorEntry[] Entries = Load();

    /// <summary>Every code, by number.</summary>
    public static IReadOnlyList<ErrorEntry> All => Entries;

    /// <summary>The row of <paramref name="code"/>; for a code of a newer peer, a row that says so.</summary>
    public static ErrorEntry Of(ErrorCode code)
    {
        // A scan: errors are rare and rows are few.
        foreach (var entry in Entries)
        {
            if (entry.Code == code)
                return entry;
        }

        return new ErrorEntry(code, $"ERROR_{(int)code}", "The peer reports an error that this version does not know.", null, UnknownExitCode, false);
    }

    private static ErrorEntry[] Load()
    {
        ErrorEntry[] entries = [];
        AddGenerated(ref entries);
        return entries;
    }

    // Optional on purpose: without the generated half this project still builds, and so does the tool that writes it.
    static partial void AddGenerated(ref ErrorEntry[] entries);
}
