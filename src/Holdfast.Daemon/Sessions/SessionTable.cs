using Holdfast.Linux;
using Holdfast.Protocol;
using Holdfast.Protocol.V1;

namespace Holdfast.Daemon.Sessions;

/// <summary>All sessions, by number, id and name. Owned by the host, loop thread.</summary>
public sealed class SessionTable
{
    private readonly Dictionary<string, Session> _byId = new(StringComparer.Ordinal);
    private readonly Dictionary<uint, Session> _byNumber = [];
    private readonly HashSet<string> _reservedNames = new(StringComparer.Ordinal);

    public int Count => _byId.Count;

    public ulong RingBytes { get; private set; }

    public IEnumerable<Session> All => _byId.Values;

    public bool AnyAlive => _byId.Values.Any(s => s.IsAlive);

    public Session? ByNumber(uint number) => _byNumber.GetValueOrDefault(number);

    public Session? ById(string id) => _byId.GetValueOrDefault(id);

    public Session? ByName(string name) => _byId.Values.FirstOrDefault(s => s.Name == name);

    public Session? ByKey(ulong ringKey) => _byId.Values.FirstOrDefault(s => s.Ring.SessionKey == ringKey);

    public Session? ByCreationKey(string key) =>
        key.Length == 0 ? null : _byId.Values.FirstOrDefault(s => s.Record.CreationKey == key);

    /// <summary>By name, then by id.</summary>
    /// <exception cref="HoldfastException">SESSION_GONE.</exception>
    public Session Find(string reference) =>
        ByName(reference) ?? ById(reference) ?? throw new HoldfastException(ErrorCode.SessionGone, $"there is no session '{reference}'");

    public void Add(Session session)
    {
        _byId.Add(session.Id, session);
        _byNumber.Add(session.Number, session);
        RingBytes += (ulong)session.Ring.Capacity;
    }

    public void Remove(Session session)
    {
        if (!_byId.Remove(session.Id))
            return;
        _byNumber.Remove(session.Number);
        RingBytes -= (ulong)session.Ring.Capacity;
    }

    /// <summary>A number for frames. Drawn at random: a late frame of a session that is gone, or of an earlier daemon, must not mean another one.</summary>
    public uint NewNumber()
    {
        uint number;
        do
            number = (uint)Random.Shared.Next(1, int.MaxValue);
        while (_byNumber.ContainsKey(number));
        return number;
    }

    public static string NewId() => RandomBytes.Hex(8);

    /// <summary>Keeps the name for a session that is being made; null where a live session or another create has it.</summary>
    public bool TryReserveName(string name) => ByName(name) is not { IsAlive: true } && _reservedNames.Add(name);

    public void ReleaseName(string name) => _reservedNames.Remove(name);
}
