using System.Text;
using Holdfast.Daemon.Health;
using Holdfast.Linux;
using Holdfast.Linux.Files;
using Microsoft.Extensions.Logging;

namespace Holdfast.Daemon.Recovery;

/// <summary>Puts the token where clients of the same user find it; again, when somebody removed it. Owned by the host, loop thread.</summary>
public sealed class TokenFile(string path, string token, ILogger log)
{
    private const uint OwnerOnly = 0b110_000_000;

    /// <summary>Writes it if it is not there. A look at the path is enough: at start it was written, whatever was there.</summary>
    public void Ensure()
    {
        if (FileSystem.TryStat(path, out var facts) != Errno.None || !facts.IsRegular || facts.Size != token.Length)
            Write();
    }

    /// <summary>Whole or not at all: written beside and renamed into place. An older keeper pair may have left its own token there.</summary>
    public void Write()
    {
        var temporary = $"{path}.{Environment.ProcessId}";
        try
        {
            using (var file = FileSystem.Open(temporary, OpenFlags.WriteOnly | OpenFlags.Create | OpenFlags.Truncate, OwnerOnly))
                FileSystem.Write(file, Encoding.ASCII.GetBytes(token));
            FileSystem.Rename(temporary, path);
        }
        catch (LinuxException e)
        {
            // The directory may be gone for the moment; the next tick tries again.
            log.TokenNotWritten(path, e.Message);
        }
    }
}
