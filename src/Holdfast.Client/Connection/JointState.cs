namespace Holdfast.Client.Connection;

/// <summary>
/// One state out of those of a client's connections: it has a daemon when all of them have, and none any more when one has given up.
/// Owned by the client's connections; each connection tells its own state, from any thread.
/// </summary>
internal sealed class JointState(Action<ConnectionState> changed)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<ConnectionPart, ConnectionState> _states = [];
    private ConnectionState _joint = ConnectionState.Connected;

    public void Set(ConnectionPart part, ConnectionState state)
    {
        lock (_gate)
        {
            _states[part] = state;
            var joint = _states.Values.Max();
            if (joint == _joint)
                return;
            _joint = joint;
            changed(joint);
        }
    }
}
