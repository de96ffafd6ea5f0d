using System.Text;
using Holdfast.Linux;
using Holdfast.Linux.Files;
using Holdfast.Linux.Pty;

namespace Holdfast.Kernel.Tests.Keeper;

/// <summary>Pipes and terminals as the keeper's tests need them.</summary>
internal static class Files
{
    public static Fd NewPipe(out Fd other)
    {
        var pipe = TransferPipe.Create();
        other = pipe.WriteEnd;
        return pipe.ReadEnd;
    }

    public static string ReadUntil(PtyMaster master, string end)
    {
        var text = new StringBuilder();
        var buffer = new byte[4096];
        while (!text.ToString().Contains(end, StringComparison.Ordinal))
        {
            var got = master.Read(buffer);
            if (got.WouldBlock)
                Await.Ready(master.Fd);
            else if (got.Ok)
                text.Append(Encoding.UTF8.GetString(buffer, 0, got.Count));
            else
                throw new LinuxException("read", got.Error, text.ToString());
        }
        return text.ToString();
    }
}
