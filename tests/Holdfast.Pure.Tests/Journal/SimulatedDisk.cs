using Holdfast.Daemon.Journal;
using Holdfast.Linux;

namespace Holdfast.Pure.Tests.Journal;

/// <summary>
/// A disk that remembers what would be left of it: after the death of the process everything that was done, after a loss of power only what was made
/// durable, and of the rest any beginning. Ends the world at a chosen step; may refuse to write. One test's.
/// </summary>
internal sealed class SimulatedDisk : IJournalDisk
{
    private readonly List<Action<Dictionary<string, Node>>> _notDurable = [];
    private Dictionary<string, Node> _names = new(StringComparer.Ordinal);
    private Dictionary<string, Node> _durable = new(StringComparer.Ordinal);

    private sealed class Node
    {
        public bool IsDirectory { get; init; }

        public List<byte> Content { get; set; } = [];

        public byte[] Durable { get; set; } = [];
    }

    /// <summary>The world ends before this step, in a write in its middle; null: never.</summary>
    public int? EndsAt { get; set; }

    public int Steps { get; private set; }

    /// <summary>What every change fails with, where set.</summary>
    public Errno? Refuses { get; set; }

    /// <summary>Names that were changed since they were last made durable.</summary>
    public int NotDurable => _notDurable.Count;

    public IEnumerable<string> Files => _names.Where(n => !n.Value.IsDirectory).Select(n => n.Key);

    public void MakeDirectory(string path)
    {
        Step();
        if (!_names.ContainsKey(path))
            Change(names => names[path] = new Node { IsDirectory = true });
    }

    public IJournalFile Create(string path)
    {
        Step();
        var node = new Node();
        Change(names => names[path] = node);
        return new Writing(this, node);
    }

    public void Move(string from, string to)
    {
        Step();
        if (!_names.ContainsKey(from))
            return;
        Change(names =>
        {
            foreach (var (name, node) in names.Where(n => n.Key == from || n.Key.StartsWith(from + "/", StringComparison.Ordinal)).ToArray())
            {
                names.Remove(name);
                names[to + name[from.Length..]] = node;
            }
        });
    }

    public void SynchronizeDirectory(string path)
    {
        Step();
        _durable = new Dictionary<string, Node>(_names, StringComparer.Ordinal);
        _notDurable.Clear();
    }

    public void Remove(string path)
    {
        Step();
        Change(names => names.Remove(path));
    }

    public byte[]? Read(string path) => _names.TryGetValue(path, out var node) && !node.IsDirectory ? [.. node.Content] : null;

    public byte[]? ReadEnd(string path, int most) => Read(path) is { } bytes ? bytes[Math.Max(0, bytes.Length - most)..] : null;

    public IReadOnlyList<string> List(string path) =>
        [.. _names.Keys.Where(n => Path.GetDirectoryName(n) == path).Select(n => Path.GetFileName(n)!)];

    /// <summary>Puts content there from outside, durable at once.</summary>
    public void Plant(string path, byte[] content)
    {
        var node = new Node { Content = [.. content], Durable = content };
        _names[path] = node;
        _durable[path] = node;
    }

    /// <summary>What a new process finds after this one was killed.</summary>
    public SimulatedDisk AfterKill() => Successor(_names, n => [.. n.Content]);

    /// <summary>What is found after the power failed: the first <paramref name="kept"/> changes of names that were not durable, and of content that was not, a part.</summary>
    public SimulatedDisk AfterPowerLoss(int kept, double part)
    {
        var names = new Dictionary<string, Node>(_durable, StringComparer.Ordinal);
        foreach (var change in _notDurable.Take(kept))
            change(names);
        return Successor(names, n => n.Durable.Length > 0 ? n.Durable : [.. n.Content.Take((int)(n.Content.Count * part))]);
    }

    private static SimulatedDisk Successor(Dictionary<string, Node> names, Func<Node, byte[]> content)
    {
        var copy = names.ToDictionary(n => n.Key, n => new Node { IsDirectory = n.Value.IsDirectory, Content = [.. content(n.Value)], Durable = content(n.Value) }, StringComparer.Ordinal);
        return new SimulatedDisk { _names = copy, _durable = new Dictionary<string, Node>(copy, StringComparer.Ordinal) };
    }

    private void Change(Action<Dictionary<string, Node>> change)
    {
        change(_names);
        _notDurable.Add(change);
    }

    private void Step()
    {
        if (Refuses is { } error)
            throw new LinuxException("write", error);
        if (Steps++ == EndsAt)
            throw new WorldEndException();
    }

    private sealed class Writing(SimulatedDisk disk, Node node) : IJournalFile
    {
        public void Write(ReadOnlySpan<byte> bytes)
        {
            try
            {
                disk.Step();
            }
            catch (WorldEndException)
            {
                node.Content.AddRange(bytes[..(bytes.Length / 2)]);
                throw;
            }
            node.Content.AddRange(bytes);
        }

        public void Synchronize()
        {
            disk.Step();
            node.Durable = [.. node.Content];
        }

        public void Dispose()
        {
            // Closing changes nothing on a disk.
        }
    }
}

/// <summary>The process was killed, or the power failed, at this step.</summary>
internal sealed class WorldEndException : Exception;
