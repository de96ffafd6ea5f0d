using Holdfast.Daemon.Journal;
using Holdfast.Linux;

namespace Holdfast.Pure.Tests.Journal;

/// <summary>What the journal writes, leaves alone and sets aside.</summary>
public sealed class JournalStoreTests
{
    private const string Root = "/state/sessions";
    private const string Record = $"{Root}/{Records.Id}/record.json";

    private readonly SimulatedDisk _disk = new();

    private JournalStore Store => new(_disk, Root, _ => null);

    [Fact]
    public void A_record_that_says_nothing_new_is_not_written_again()
    {
        Assert.Equal(1, Save(Records.Of("a")).Records);
        var steps = _disk.Steps;
        Assert.Equal(JournalTally.Nothing, Save(Records.Of("a")));
        Assert.Equal(steps, _disk.Steps);
    }

    [Fact]
    public void What_only_the_creation_knew_stays_in_the_record()
    {
        Save(Records.Of("a"));
        Save(Records.Of("b") with { Environment = null, Dropped = null, StartCwd = "" });
        Assert.Equal(RecordCondition.Good, Store.ReadRecord(Records.Id, out var record));
        Assert.Equal(("b", "/bin", "API_KEY", "/tmp"), (record!.Name, record.Environment!["PATH"], record.Dropped![0], record.StartCwd));
    }

    [Fact]
    public void A_running_program_is_asked_where_it_is()
    {
        var store = new JournalStore(_disk, Root, pid => pid == 4711 ? "/there" : null);
        store.Save(new JournalJob(Records.Id) { Record = Records.Of("a") with { Exit = null } });
        store.ReadRecord(Records.Id, out var running);
        Assert.Equal("/there", running!.Cwd);
        // Ended it is nowhere: what was known last stays.
        Save(Records.Of("a"));
        store.ReadRecord(Records.Id, out var ended);
        Assert.Equal("/there", ended!.Cwd);
    }

    [Fact]
    public void A_damaged_record_gives_way_to_the_one_before_it_and_is_never_destroyed()
    {
        Save(Records.Of("a"));
        Save(Records.Of("b"));
        var damaged = _disk.Read(Record)!;
        damaged[^10] ^= 1;
        _disk.Plant(Record, damaged);

        Assert.Equal(RecordCondition.Good, Store.ReadRecord(Records.Id, out var record));
        Assert.Equal("a", record!.Name);
        Save(Records.Of("c"));
        Save(Records.Of("d"));
        Assert.Equal(damaged, _disk.Read(Record + ".damaged-1"));
        Store.ReadRecord(Records.Id, out record);
        Assert.Equal("d", record!.Name);
    }

    [Fact]
    public void Where_no_record_is_good_nothing_is_believed()
    {
        Save(Records.Of("a"));
        _disk.Plant(Record, "{}"u8.ToArray());
        Assert.Equal(RecordCondition.Damaged, Store.ReadRecord(Records.Id, out var record));
        Assert.Null(record);
    }

    [Fact]
    public void A_record_of_a_later_version_is_left_as_it_is()
    {
        Save(Records.Of("a"));
        var newer = RecordFormat.Seal(2, "{}"u8);
        _disk.Plant(Record, newer);
        var files = _disk.Files.Order(StringComparer.Ordinal).ToArray();

        Assert.Equal(RecordCondition.Newer, Store.ReadRecord(Records.Id, out _));
        Assert.Equal(JournalTally.Nothing, Store.Save(new JournalJob(Records.Id) { Record = Records.Of("b"), Screen = new ScreenCopy(1, new byte[3]) }));
        Assert.Equal(newer, _disk.Read(Record));
        Assert.Equal(files, _disk.Files.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void A_disk_that_refuses_costs_no_record_and_is_written_to_again()
    {
        Save(Records.Of("a"));
        _disk.Refuses = Errno.ENOSPC;
        Assert.Throws<LinuxException>(() => Save(Records.Of("b")));
        Store.ReadRecord(Records.Id, out var record);
        Assert.Equal("a", record!.Name);
        _disk.Refuses = null;
        Save(Records.Of("b"));
        Store.ReadRecord(Records.Id, out record);
        Assert.Equal("b", record!.Name);
    }

    [Fact]
    public void A_screen_of_another_form_is_set_aside()
    {
        Save(Records.Of("a"));
        var screen = $"{Root}/{Records.Id}/screen";
        _disk.Plant(screen, "of tomorrow"u8.ToArray());
        Assert.Null(Store.ReadSealed(Records.Id, SealedKind.Screen, out _));
        Store.Save(new JournalJob(Records.Id) { Screen = new ScreenCopy(5, new byte[3]) });
        Assert.Equal("of tomorrow"u8.ToArray(), _disk.Read(screen + ".damaged-1"));
        Assert.Equal(new byte[3], Store.ReadSealed(Records.Id, SealedKind.Screen, out var seal));
        Assert.Equal((5UL, 5UL), (seal.End, Store.ScreenOffset(Records.Id)));
    }

    [Fact]
    public void Only_directories_of_sessions_are_sessions()
    {
        Save(Records.Of("a"));
        _disk.MakeDirectory($"{Root}/notes");
        _disk.MakeDirectory($"{Root}/0123456789ABCDEF");
        Assert.Equal([Records.Id], Store.List());
    }

    private JournalTally Save(JournalRecord record) => Store.Save(new JournalJob(Records.Id) { Record = record });
}
