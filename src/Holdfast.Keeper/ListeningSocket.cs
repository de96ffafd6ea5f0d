using Holdfast.Linux;
using Holdfast.Linux.Files;
using Holdfast.Linux.Processes;
using Holdfast.Linux.Sockets;

namespace Holdfast.Keeper;

/// <summary>What a look at the socket's path found.</summary>
internal enum SocketUpkeep
{
    Fine,

    /// <summary>The path was missing or somebody else's, and was linked back.</summary>
    Restored,

    /// <summary>The directory had been removed: there is a new socket.</summary>
    Rebound,

    /// <summary>It cannot be restored now.</summary>
    Lost,

    /// <summary>Another process answers there.</summary>
    Foreign,
}

/// <summary>
/// The socket that clients connect to: bound under another name and renamed into place, so that whoever sees the path can connect; held by
/// a second link and an O_PATH descriptor, so that a removed path comes back. Owned by the keeper's loop for its life; that thread alone.
/// </summary>
internal sealed class ListeningSocket
{
    // Connections that wait while a daemon is being started; past this connect(2) asks the client to try again.
    private const int Backlog = 4096;
    private const uint OwnerOnly = 0x180;          // 0600
    private const uint OwnerOnlyDirectory = 0x1C0; // 0700

    private readonly string _path;
    private readonly string _keep;
    private readonly string _temporary;
    private FileFacts _own;

    private ListeningSocket(string path, Fd listener)
    {
        _path = path;
        _keep = path + ".keep";
        _temporary = $"{path}.{Environment.ProcessId}";
        Listener = listener;
        PathDescriptor = null!;
    }

    /// <summary>Held by the entry store; replaced by <see cref="Upkeep"/>.</summary>
    public Fd Listener { get; private set; }

    /// <summary>Reaches the socket by /proc/PID/fd/N even where no path does.</summary>
    public Fd PathDescriptor { get; private set; }

    /// <exception cref="LinuxException">EADDRINUSE where another process answers on the path.</exception>
    public static ListeningSocket Create(string path)
    {
        if (Answers(path))
            throw new LinuxException("bind", Errno.EADDRINUSE, path);
        var socket = new ListeningSocket(path, null!);
        socket.Bind();
        return socket;
    }

    /// <summary>Takes over the socket of a keeper that died.</summary>
    public static ListeningSocket Adopt(string path, Fd listener)
    {
        var socket = new ListeningSocket(path, listener);
        var seen = FileSystem.TryStat(socket._path, out _) == Errno.None ? socket._path : socket._keep;
        if (FileSystem.TryStat(seen, out var facts) == Errno.None && facts.IsSocket)
            socket.Hold(seen);
        else
            socket.Bind();
        return socket;
    }

    /// <summary>Goes on with the socket of the program that was this process before.</summary>
    public static ListeningSocket Resume(string path, Fd listener, Fd pathDescriptor) =>
        new(path, listener) { PathDescriptor = pathDescriptor, _own = FileSystem.Stat(pathDescriptor) };

    /// <summary>Puts the path back where it is missing.</summary>
    public SocketUpkeep Upkeep()
    {
        var there = FileSystem.TryStat(_path, out var facts) == Errno.None;
        if (there && facts.SameFile(_own))
            return SocketUpkeep.Fine;
        if (there && (facts.IsDirectory || Answers(_path)))
            return SocketUpkeep.Foreign;
        if (FileSystem.TryStat(_keep, out var keep) == Errno.None && keep.SameFile(_own))
            return PlaceFrom(_keep) ? SocketUpkeep.Restored : SocketUpkeep.Lost;
        if (!DirectoryIsOurs())
            return SocketUpkeep.Lost;
        var formerPath = PathDescriptor;
        try
        {
            Bind();
        }
        catch (LinuxException)
        {
            // The directory went away once more, or the disk is full; the next tick tries again.
            return SocketUpkeep.Lost;
        }
        formerPath.Dispose();
        return SocketUpkeep.Rebound;
    }

    /// <summary>Removes the paths, where they still are this socket's.</summary>
    public void RemovePaths()
    {
        foreach (var path in new[] { _path, _keep })
        {
            if (FileSystem.TryStat(path, out var facts) == Errno.None && facts.SameFile(_own))
                FileSystem.Unlink(path);
        }
    }

    private static bool Answers(string path)
    {
        var error = UnixSocket.TryConnect(path, out var connection);
        connection?.Dispose();
        return error is Errno.None or Errno.EAGAIN;
    }

    private void Bind()
    {
        FileSystem.Unlink(_temporary);
        var listener = Listen();
        try
        {
            Check("chmod", FileSystem.ChangeMode(_temporary, OwnerOnly));
            FileSystem.Unlink(_keep);
            Check("link", FileSystem.Link(_temporary, _keep));
            Hold(_temporary);
            Check("rename", FileSystem.Rename(_temporary, _path));
        }
        catch
        {
            listener.Dispose();
            FileSystem.Unlink(_temporary);
            throw;
        }
        Listener = listener;
    }

    private Fd Listen()
    {
        if (System.Text.Encoding.UTF8.GetByteCount(_temporary) <= UnixSocket.MaxPathBytes)
            return UnixSocket.Listen(_temporary, Backlog);
        // The final path fits an address, this one does not: name the directory by descriptor.
        using var directory = FileSystem.Open(Path.GetDirectoryName(_path)!, OpenFlags.PathOnly);
        return UnixSocket.Listen($"/proc/self/fd/{directory.Number}/{Path.GetFileName(_temporary)}", Backlog);
    }

    private void Hold(string path)
    {
        PathDescriptor = FileSystem.Open(path, OpenFlags.PathOnly);
        _own = FileSystem.Stat(PathDescriptor);
    }

    private bool PlaceFrom(string link)
    {
        FileSystem.Unlink(_temporary);
        return FileSystem.Link(link, _temporary) == Errno.None && FileSystem.Rename(_temporary, _path) == Errno.None;
    }

    // In /tmp anybody could make a directory of this name.
    private bool DirectoryIsOurs()
    {
        var directory = Path.GetDirectoryName(_path)!;
        FileSystem.MakeDirectory(directory, OwnerOnlyDirectory);
        return FileSystem.TryStat(directory, out var facts) == Errno.None && facts.IsDirectory && facts.Owner == CurrentProcess.EffectiveUser;
    }

    private static void Check(string call, Errno error)
    {
        if (error != Errno.None)
            throw new LinuxException(call, error);
    }
}
