#pragma warning disable
using System.Net.Sockets;
namespace Holdfast.DaemonRpc.Lifecycle;
public sealed record DaemonPaths {
  public required string RuntimeDirectory { get; init; } public required string StateDirectory { get; init; } public required string ConfigFile { get; init; }
  public string Socket => Path.Combine(RuntimeDirectory, "socket"); public string Token => Path.Combine(RuntimeDirectory, "token");
  public string LogDirectory => Path.Combine(StateDirectory, "logs"); public string DaemonLog => Path.Combine(LogDirectory, "daemon.log");
  public static DaemonPaths FromEnvironment() => new() { RuntimeDirectory = Environment.GetEnvironmentVariable("HOLDFAST_RUNTIME_DIR") ?? "/tmp/holdfast-0", StateDirectory = Environment.GetEnvironmentVariable("HOLDFAST_STATE_DIR") ?? "/tmp/holdfast-state", ConfigFile = Environment.GetEnvironmentVariable("HOLDFAST_CONFIG") ?? "/tmp/holdfast.json" };
}
public sealed class LifecycleException(string code, string message, string? hint) : Exception(message) { public string Code => code; public string? Hint => hint; }
public sealed record StarterOptions { public required string KeeperBinary { get; init; } public required string DaemonBinary { get; init; } public required DaemonPaths Paths { get; init; } }
public static class DaemonDialer {
  public static async Task<Socket> ConnectAsync(DaemonPaths paths, StarterOptions? start, TimeSpan deadline, CancellationToken c) {
    var s = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    try { await s.ConnectAsync(new UnixDomainSocketEndPoint(paths.Socket), c); return s; } catch (SocketException e) { s.Dispose(); throw new LifecycleException("DAEMON_UNAVAILABLE", "no daemon", null); } }
}
