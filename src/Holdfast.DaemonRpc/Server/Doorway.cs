using System.Net.Sockets;
using Holdfast.DaemonRpc.Lifecycle;
using Holdfast.Linux;
using Holdfast.Linux.Files;

namespace Holdfast.DaemonRpc.Server;

/// <summary>
/// The right to be the daemon of an id, and the socket it is reached at: inherited from the client that started it, or taken here where a person did.
/// Owned by the server; the lock is held until the process ends, so that no second daemon begins before this one is gone.
/// </summary>
internal sealed class Doorway : IDisposable
{
    private readonly string _path;
    private readonly FileFacts _file;

    private Doorway(Fd listener, string path)
    {
        _path = path;
        FileSystem.TryStat(path, out _file);
        listener.SetBlocking();
        Listener = new Socket(new SafeSocketHandle(listener.Number, ownsHandle: true));
        listener.SetHandleAsInvalid();
        // The kernel tells a client who called listen: from here on this process, and no more the client that bound the socket.
        Listener.Listen(ListeningPoint.Backlog);
    }

    public Socket Listener { get; }

    public static Doorway Take(DaemonPlace place, LaunchArguments launch)
    {
        SocketAddress.Check(place);
        place.Ensure();
        if (launch.LockFd >= 0 && launch.ListenFd >= 0)
        {
            // Never disposed: it ends with the process. Programs that a handler starts must not inherit it.
            new Fd(launch.LockFd).SetCloseOnExec(true);
            var inherited = new Fd(launch.ListenFd);
            inherited.SetCloseOnExec(true);
            return new Doorway(inherited, place.Socket);
        }
        var identity = IdentityLock.TryTake(place.LockFile) ?? throw Taken(place);
        if (ListeningPoint.TryBind(place.Socket) is { } listener)
            return new Doorway(listener, place.Socket);
        identity.Dispose();
        throw Taken(place);
    }

    /// <summary>Whether the path still leads here.</summary>
    public bool IsStillOurs() => FileSystem.TryStat(_path, out var now) == Errno.None && now.SameFile(_file);

    /// <summary>No client comes in any more. Those that wait are told by the end of their connection, before anything of theirs began.</summary>
    public void Close()
    {
        if (IsStillOurs())
            FileSystem.Unlink(_path);
        Listener.Dispose();
    }

    public void Dispose() => Listener.Dispose();

    private static LifecycleException Taken(DaemonPlace place) =>
        new("DAEMON_RUNS", $"a daemon of the id {place.Id} lives already", "stop it first");
}
