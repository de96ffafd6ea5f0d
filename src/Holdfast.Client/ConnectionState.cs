namespace Holdfast.Client;

/// <summary>Whether the client has a daemon at the moment.</summary>
public enum ConnectionState
{
    Connected,

    /// <summary>The connection was lost; requests and input wait until the next daemon answers.</summary>
    Reconnecting,

    /// <summary>No daemon came back within the deadline, or the client was disposed.</summary>
    Ended,
}
