using Holdfast.Linux;
using Holdfast.Linux.Processes;

namespace Holdfast.Daemon.Keepers;

/// <summary>Hears what the keeper says by itself. Called on the loop.</summary>
public interface IKeeperEvents
{
    /// <summary>The process filed under the name has ended. Repeated until it was recorded.</summary>
    void OnExited(string name, ExitStatus status);

    /// <summary>The listening socket was made anew; the descriptor now belongs to the daemon.</summary>
    void OnListener(Fd listener);

    /// <summary>End every session and stop.</summary>
    void OnTerminate();
}
