using System.Runtime.InteropServices;

namespace Holdfast.Client;

/// <summary>
/// A program's own wait for the daemon's next bytes, in which it may look after other descriptors: one thread then serves both.
/// Called by the receive loop, one call at a time, on whatever thread that runs.
/// </summary>
public interface IReceiveWait
{
    /// <summary>Returns when <paramref name="socket"/> can be read, its end included.</summary>
    void UntilReadable(SafeHandle socket);
}
