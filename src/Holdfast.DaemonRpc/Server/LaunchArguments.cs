using System.Globalization;
using Holdfast.DaemonRpc.Lifecycle;

namespace Holdfast.DaemonRpc.Server;

/// <summary>
/// What a client puts on the command line of the daemon it starts; by it a program knows that it is to be the daemon. Immutable.
/// </summary>
/// <param name="LockFd">The identity lock, inherited; -1 where the daemon was started by hand.</param>
/// <param name="ListenFd">The listening socket, inherited; -1 where the daemon was started by hand.</param>
public sealed record LaunchArguments(string DaemonId, string Directory, string BuildTimestamp, int LockFd, int ListenFd)
{
    // Entries of the descriptors that the spawner passes on.
    private const int SpawnedLock = 3;
    private const int SpawnedListener = 4;

    /// <summary>The launch, where these are the arguments of a daemon; null where they are anything else.</summary>
    public static LaunchArguments? TryParse(IReadOnlyList<string> arguments)
    {
        var at = -1;
        for (var i = 0; i < arguments.Count && at < 0; i++)
        {
            if (arguments[i] == "--daemon-id")
                at = i;
        }
        if (at < 0)
            return null;
        var launch = new LaunchArguments("", "", "", -1, -1);
        for (; at + 1 < arguments.Count; at += 2)
        {
            var value = arguments[at + 1];
            var known = arguments[at] switch
            {
                "--daemon-id" => launch with { DaemonId = value },
                "--daemon-dir" => launch with { Directory = value },
                "--build-timestamp" => launch with { BuildTimestamp = value },
                "--lock-fd" => launch with { LockFd = Number(value) },
                "--listen-fd" => launch with { ListenFd = Number(value) },
                _ => null,
            };
            if (known is null)
                return null;
            launch = known;
        }
        return launch.BuildTimestamp.Length > 0 ? launch : null;
    }

    internal static string[] For(DaemonPlace place, string build) =>
    [
        "--daemon-id", place.Id,
        "--build-timestamp", build,
        "--daemon-dir", place.Parent,
        "--lock-fd", $"{SpawnedLock}",
        "--listen-fd", $"{SpawnedListener}",
    ];

    private static int Number(string text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : -1;
}
