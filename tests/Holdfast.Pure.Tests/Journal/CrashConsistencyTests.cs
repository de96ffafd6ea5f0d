using Holdfast.Daemon.Journal;

namespace Holdfast.Pure.Tests.Journal;

/// <summary>However the sequence of system calls ends, by a kill or by the power, a whole record is read: the old one or the new one.</summary>
public sealed class CrashConsistencyTests
{
    private const string Root = "/state/sessions";

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Cut_after_any_step_the_old_or_the_new_state_is_found(int before)
    {
        var cuts = 0;
        for (var end = 0; ; end++)
        {
            var disk = new SimulatedDisk();
            for (var generation = 0; generation < before; generation++)
                Save(disk, generation);
            disk.EndsAt = disk.Steps + end;
            var done = TrySave(disk, before);
            foreach (var (found, powerLost) in Futures(disk))
            {
                AssertState(found, before, powerLost, acknowledged: done);
                // And whoever comes next can write again, whatever lies about.
                Save(found, before + 1);
                Assert.Equal(Name(before + 1), NameIn(found));
                cuts++;
            }
            if (done)
                break;
        }
        Assert.True(cuts > 20);
    }

    [Fact]
    public void Forgotten_at_any_step_a_session_is_there_whole_or_not_at_all()
    {
        for (var end = 0; ; end++)
        {
            var disk = new SimulatedDisk();
            Save(disk, 0);
            Save(disk, 1);
            disk.EndsAt = disk.Steps + end;
            var done = true;
            try
            {
                StoreOn(disk).Save(new JournalJob(Records.Id) { Forget = true });
            }
            catch (WorldEndException)
            {
                done = false;
            }
            foreach (var (found, _) in Futures(disk).Where(f => !done || !f.PowerLost))
            {
                if (StoreOn(found).List().Count > 0)
                    Assert.Equal(Name(1), NameIn(found));
                else
                    Assert.Empty(found.Files);
            }
            if (done)
                break;
        }
    }

    private static void AssertState(SimulatedDisk found, int before, bool powerLost, bool acknowledged)
    {
        var name = NameIn(found);
        if (acknowledged)
            Assert.Equal(Name(before), name);
        else if (before == 0)
            Assert.True(name is null || name == Name(0), name);
        else
            Assert.True(name == Name(before - 1) || name == Name(before), $"{name} {powerLost}");
        var screen = StoreOn(found).ReadSealed(Records.Id, SealedKind.Screen, out var seal);
        if (before > 0 || acknowledged)
        {
            Assert.Equal(ScreenOf((int)seal.End), screen);
            Assert.InRange((int)seal.End, acknowledged ? before : before - 1, before);
        }
    }

    private static IEnumerable<(SimulatedDisk Disk, bool PowerLost)> Futures(SimulatedDisk disk)
    {
        yield return (disk.AfterKill(), false);
        for (var kept = 0; kept <= disk.NotDurable; kept++)
        {
            foreach (var part in (double[])[0, 0.5, 1])
                yield return (disk.AfterPowerLoss(kept, part), true);
        }
    }

    private static string Name(int generation) => $"g{generation}";

    private static byte[] ScreenOf(int generation) => [.. Enumerable.Repeat((byte)generation, 500)];

    private static JournalStore StoreOn(SimulatedDisk disk) => new(disk, Root, _ => null);

    private static string? NameIn(SimulatedDisk disk) => StoreOn(disk).ReadRecord(Records.Id, out var record) switch
    {
        RecordCondition.Good => record!.Name,
        RecordCondition.Missing => null,
        var other => other.ToString(),
    };

    private static void Save(SimulatedDisk disk, int generation) => StoreOn(disk).Save(new JournalJob(Records.Id)
    {
        Record = Records.Of(Name(generation)),
        Screen = new ScreenCopy((ulong)generation, ScreenOf(generation)),
    });

    private static bool TrySave(SimulatedDisk disk, int generation)
    {
        try
        {
            Save(disk, generation);
            return true;
        }
        catch (WorldEndException)
        {
            return false;
        }
    }
}
