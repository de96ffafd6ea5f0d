using Holdfast.Linux;
using Holdfast.Linux.Files;
using Holdfast.Linux.Pty;

namespace Holdfast.Daemon.Output;

/// <summary>Finds out at start whether this kernel can splice from a PTY into a pipe. Stateless.</summary>
public static class SpliceSelfTest
{
    public static bool Works()
    {
        try
        {
            var pty = PtyPair.Open(new WindowSize(80, 24));
            using (pty.Master)
            using (pty.Slave)
            using (var pipe = TransferPipe.Create())
            {
                FileSystem.Write(pty.Slave, "holdfast"u8);
                Span<byte> back = stackalloc byte[16];
                var spliced = pipe.SpliceFrom(pty.Master.Fd, back.Length);
                return spliced.Count == 8 && pipe.Read(back).Count == 8 && back[..8].SequenceEqual("holdfast"u8);
            }
        }
        catch (LinuxException)
        {
            // No PTY, no pipe: then certainly no splice; the first session will say why.
            return false;
        }
    }
}
