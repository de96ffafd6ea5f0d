using System.Buffers.Binary;
using Holdfast.Linux;
using Holdfast.Linux.Files;
using Holdfast.Linux.Memory;
using Holdfast.Linux.Processes;
using Holdfast.Linux.Spawn;
using Xunit;

namespace Holdfast.Kernel.Tests.Keeper;

/// <summary>The state that one keeper program leaves to the next is read whole, or not at all.</summary>
public sealed class KeeperStateTests : IDisposable
{
    private readonly RunningKeeper _keeper = RunningKeeper.Start();
    private readonly byte[] _state;

    // What the keeper really hands over, with entries of every kind.
    public KeeperStateTests()
    {
        var daemon = _keeper.NextReadyDaemon();
        daemon.StartShell("running", "read x");
        daemon.StartShell("ended", "exit 3");
        daemon.Next(Linux.Keeping.ControlKind.Exited);
        var copy = Path.Combine(_keeper.TestDirectory, "handed-over");
        daemon.Reexecute(KeeperPrograms.Wrap(_keeper, $"if [ $asked = 1 ]; then cat /proc/self/fd/4 > {copy}; fi"));
        _state = File.ReadAllBytes(copy);
    }

    public void Dispose() => _keeper.Dispose();

    [Fact]
    public void As_it_was_written_it_is_read() => Assert.Equal((0, true), Preflight(_state));

    [Fact]
    public void With_any_bit_flipped_it_is_refused()
    {
        var random = new Random(7);
        for (var i = 0; i < 12; i++)
        {
            var damaged = _state.ToArray();
            damaged[random.Next(damaged.Length)] ^= (byte)(1 << random.Next(8));
            Assert.Equal((64, false), Preflight(damaged));
        }
    }

    [Fact]
    public void Cut_off_it_is_refused()
    {
        foreach (var length in (int[])[0, 1, 23, 24, 40, _state.Length / 2, _state.Length - 1])
            Assert.Equal((64, false), Preflight(_state[..length]));
    }

    [Fact]
    public void Of_a_later_version_it_is_refused()
    {
        var later = _state.ToArray();
        BinaryPrimitives.WriteUInt32LittleEndian(later.AsSpan(8), 2);
        BinaryPrimitives.WriteUInt64LittleEndian(later.AsSpan(16), Checksum(later));
        Assert.Equal((64, false), Preflight(later));
        Assert.Contains("version 2", _keeper.Log(), StringComparison.Ordinal);
    }

    // The exit code, and whether it proved that it had read the state.
    private (int Code, bool Answered) Preflight(byte[] state)
    {
        using var nothing = FileSystem.Open("/dev/null", OpenFlags.ReadOnly);
        using var log = FileSystem.Open(_keeper.LogFile, OpenFlags.WriteOnly | OpenFlags.Append);
        using var file = MemoryFile.FromBytes("state", state);
        using var answer = MemoryFile.Create("answer", 8);
        var plan = new SpawnPlan(_keeper.Arguments[0], "/", [.. _keeper.Arguments, "--preflight", "4"], Child.OwnEnvironment);
        Assert.Equal(Errno.None, ChildSpawner.TrySpawn(plan, new ChildDescriptors.Listed([nothing, log, log, nothing, file, answer]), out var pid));
        Assert.Equal(Errno.None, PidFd.TryOpen(pid, out var process));
        using (process)
        {
            Await.Ready(process!.Fd);
            process.QueryChild(reap: true, out var status);
            return (status.Code, BinaryPrimitives.ReadUInt64LittleEndian(MemoryFile.ReadAll(answer)) != 0);
        }
    }

    private static ulong Checksum(byte[] bytes)
    {
        var hash = 14695981039346656037UL;
        for (var i = 0; i < bytes.Length; i++)
        {
            if (i is < 16 or >= 24)
                hash = (hash ^ bytes[i]) * 1099511628211UL;
        }
        return hash;
    }
}
