using System.Globalization;

namespace Holdfast.DaemonRpc.Server;

/// <summary>Lines with a time. Owned by the server; any thread. A full disk costs lines, never the daemon.</summary>
internal sealed class ServerLog(TextWriter writer)
{
    private readonly Lock _gate = new();
    private int _lost;

    public void Write(string message)
    {
        var line = $"{DateTime.UtcNow.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture)} [{Environment.ProcessId}] {message}";
        lock (_gate)
        {
            try
            {
                if (_lost > 0)
                    writer.WriteLine($"({_lost} lines were lost)");
                writer.WriteLine(line);
                writer.Flush();
                _lost = 0;
            }
            catch (IOException)
            {
                _lost++;
            }
        }
    }
}
