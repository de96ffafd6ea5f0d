using System.Text;
using Holdfast.Daemon.Health;
using Holdfast.Linux;
using Holdfast.Linux.Files;
using Holdfast.Linux.Processes;
using Microsoft.Extensions.Logging;

namespace Holdfast.Daemon.Recovery;

/// <summary>Puts the token where clients of the same user find it; again, when somebody removed it. Owned by the host, loop thread.</summary>
public sealed class TokenFile(string path, string token, ILogger log)
{
    /// <summary>What a token is worth: 256 bits.</summary>
    public const int TokenBytes = 32;

    private const uint OwnerOnly = 0b110_000_000;

    private bool _compared;

    /// <summary>The token in the file; null where there is none that this user alone could have written and read.</summary>
    public static string? Read(string path)
    {
        if (FileSystem.TryStat(path, out var facts) != Errno.None || !facts.IsRegular || facts.Size != TokenBytes * 2)
            return null;
        if (facts.Permissions != OwnerOnly || facts.Owner != CurrentProcess.EffectiveUser)
            return null;
        try
        {
            using var file = FileSystem.Open(path, OpenFlags.ReadOnly);
            var text = new byte[TokenBytes * 2];
            var read = FileSystem.Read(file, text);
            return read.Count == text.Length && text.All(c => char.IsAsciiHexDigitLower((char)c)) ? Encoding.ASCII.GetString(text) : null;
        }
        catch (LinuxException)
        {
            // Removed in this moment: as if it had not been there.
            return null;
        }
    }

    /// <summary>Whole or not at all: written beside and renamed into place.</summary>
    public void Ensure()
    {
        // The content is compared once; from then on nobody but this daemon writes it, and a look at the size must do.
        if (_compared ? HasTokenSize() : Read(path) == token)
        {
            _compared = true;
            return;
        }
        var temporary = $"{path}.{Environment.ProcessId}";
        try
        {
            using (var file = FileSystem.Open(temporary, OpenFlags.WriteOnly | OpenFlags.Create | OpenFlags.Truncate, OwnerOnly))
                FileSystem.Write(file, Encoding.ASCII.GetBytes(token));
            FileSystem.Rename(temporary, path);
            _compared = true;
        }
        catch (LinuxException e)
        {
            // The directory may be gone for the moment; the next tick tries again.
            log.TokenNotWritten(path, e.Message);
        }
    }

    private bool HasTokenSize() =>
        FileSystem.TryStat(path, out var facts) == Errno.None && facts.IsRegular && facts.Size == token.Length;
}
