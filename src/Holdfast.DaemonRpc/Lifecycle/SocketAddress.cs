using System.Text;
using Holdfast.Linux.Sockets;

namespace Holdfast.DaemonRpc.Lifecycle;

/// <summary>What a socket's address can hold. Stateless.</summary>
public static class SocketAddress
{
    /// <exception cref="LifecycleException">SOCKET_PATH_TOO_LONG.</exception>
    public static void Check(IDaemonPlace place)
    {
        if (Encoding.UTF8.GetByteCount(place.Socket) > UnixSocket.MaxPathBytes)
            throw LifecycleException.PathTooLong(place);
    }
}
