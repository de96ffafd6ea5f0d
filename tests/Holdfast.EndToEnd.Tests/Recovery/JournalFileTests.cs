using System.Diagnostics;
using Holdfast.Daemon.Journal;
using Holdfast.TestKit;

namespace Holdfast.EndToEnd.Tests.Recovery;

/// <summary>Files that are damaged, of tomorrow, or cannot be written.</summary>
public sealed class JournalFileTests
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    [Fact]
    public async Task Secrets_stay_off_the_disk_unless_they_are_to_be_kept()
    {
        await using var daemon = new DaemonProcess();
        daemon.Variables["MY_PASSWORD"] = "hush-hush";
        (await daemon.CliAsync("new", "a", "-d")).Succeeded();
        (await daemon.CliAsync("new", "b", "-d", "--keep-secrets")).Succeeded();
        foreach (var (name, kept) in ((string, bool)[])[("a", false), ("b", true)])
        {
            var directory = Loss.DirectoryOf(daemon, await Loss.InfoAsync(daemon, name));
            var record = File.ReadAllText(Path.Combine(directory, "record.json"));
            Assert.Equal(kept, record.Contains("hush-hush", StringComparison.Ordinal));
            Assert.Contains("MY_PASSWORD", record, StringComparison.Ordinal);
            Assert.Equal(OwnerOnly | UnixFileMode.UserExecute, File.GetUnixFileMode(directory));
            Assert.All(Directory.EnumerateFiles(directory), f => Assert.Equal(OwnerOnly, File.GetUnixFileMode(f)));
        }
    }

    [Theory]
    [InlineData("cut", "restored", null)]
    [InlineData("flipped", "restored", null)]
    [InlineData("both", "unrecoverable", "RECORD_DAMAGED")]
    [InlineData("newer", "unrecoverable", "RECORD_NEWER")]
    public async Task A_record_that_is_no_truth_is_not_read_as_truth_and_not_destroyed(string harm, string outcome, string? code)
    {
        await using var daemon = new DaemonProcess();
        (await daemon.CliAsync("new", "a", "-d")).Succeeded();
        (await daemon.CliAsync("rename", "a", "b")).Succeeded();
        await Loss.PersistedAsync(daemon, "b");
        var directory = Loss.DirectoryOf(daemon, await Loss.InfoAsync(daemon, "b"));
        await Loss.OfTheMachineAsync(daemon);
        var record = Path.Combine(directory, "record.json");
        var harmed = Harm(File.ReadAllBytes(record), harm);
        File.WriteAllBytes(record, harmed);
        if (harm == "both")
            File.WriteAllBytes(Path.Combine(directory, "record.previous.json"), "{}"u8);

        await Loss.RecoveryAsync(daemon);
        // Of an unreadable record not even the name is believed.
        var info = await Loss.InfoAsync(daemon, Path.GetFileName(directory));
        Assert.Equal((outcome, code), (info.GetProperty("recovered").GetString(), info.GetProperty("failure").GetString()));
        if (code is null)
        {
            await Loss.PersistedAsync(daemon, info.GetProperty("name").GetString()!);
            Assert.Equal(harmed, File.ReadAllBytes(record + ".damaged-1"));
        }
        else
        {
            Assert.Equal(harmed, File.ReadAllBytes(record));
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Where_nothing_can_be_written_sessions_go_on_and_the_journal_says_so_once(bool readOnly)
    {
        await using var daemon = new DaemonProcess();
        Directory.CreateDirectory(daemon.Paths.StateDirectory, OwnerOnly | UnixFileMode.UserExecute);
        var sessions = Directory.CreateDirectory(daemon.Paths.SessionsDirectory, OwnerOnly | UnixFileMode.UserExecute).FullName;
        await RunAsync("mount", "-t", "tmpfs", "-o", "size=1m,mode=700", "tmpfs", sessions);
        try
        {
            (await daemon.CliAsync("new", "old", "-d")).Succeeded();
            await Loss.PersistedAsync(daemon, "old");
            var record = File.ReadAllBytes(Path.Combine(Loss.DirectoryOf(daemon, await Loss.InfoAsync(daemon, "old")), "record.json"));
            var filler = Path.Combine(sessions, "filler");
            if (readOnly)
                await RunAsync("mount", "-o", "remount,ro", sessions);
            else
                Assert.NotEqual(0, (await daemon.ShellAsync($"cat /dev/zero > {filler}")).ExitCode);

            // All of it works as ever.
            (await daemon.CliAsync("new", "new", "-d", "--", "sh", "-c", "read x; echo got $x; read y; exit 4")).Succeeded();
            (await daemon.CliAsync("send", "new", "--enter", "it")).Succeeded();
            await Loss.ShownAsync(daemon, "new", "got it");
            (await daemon.CliAsync("rename", "old", "older")).Succeeded();
            await JournalAsync(daemon, "degraded");
            Assert.Equal(RecordCondition.Good, RecordFormat.Read(record, out _));
            Assert.Equal(record, File.ReadAllBytes(Path.Combine(Loss.DirectoryOf(daemon, await Loss.InfoAsync(daemon, "older")), "record.json")));
            await FailuresAsync(daemon, 3);
            Assert.Equal(1, Occurrences(daemon.DaemonLog, "\"EventId\":7,"));
            Assert.Contains("degraded (", (await daemon.CliAsync("daemon", "status")).Text, StringComparison.Ordinal);
            var health = await daemon.CliAsync("health");
            Assert.Equal(1, health.ExitCode);
            Assert.Contains("\njournal    degraded ", health.Text, StringComparison.Ordinal);

            if (readOnly)
                await RunAsync("mount", "-o", "remount,rw", sessions);
            else
                File.Delete(filler);
            await JournalAsync(daemon, "ok");
            await Loss.PersistedAsync(daemon, "new");
            await Loss.PersistedAsync(daemon, "older");
            await NamedAsync(daemon, "older");
            await Loss.OfTheMachineAsync(daemon);
            Assert.Equal(2, (await Loss.RecoveryAsync(daemon)).GetProperty("restored").GetInt32());
            (await daemon.CliAsync("daemon", "stop", "--kill-sessions")).Succeeded();
        }
        finally
        {
            daemon.Processes.KillAll();
            await RunAsync("umount", "-l", sessions);
        }
    }

    [Fact]
    public async Task Daemons_that_share_a_state_directory_leave_each_others_sessions_alone()
    {
        await using var daemon = new DaemonProcess();
        (await daemon.CliAsync("new", "a", "-d")).Succeeded();
        await Loss.PersistedAsync(daemon, "a");
        var info = await Loss.InfoAsync(daemon, "a");
        var run = daemon.Variables["HOLDFAST_RUNTIME_DIR"];
        daemon.Variables["HOLDFAST_RUNTIME_DIR"] = run + "2";
        Assert.DoesNotContain("a ", (await daemon.CliAsync("ls")).Succeeded().Text, StringComparison.Ordinal);
        (await daemon.CliAsync("daemon", "stop", "--kill-sessions")).Succeeded();
        daemon.Variables["HOLDFAST_RUNTIME_DIR"] = run;
        Assert.True(Directory.Exists(Loss.DirectoryOf(daemon, info)));
        Assert.Equal("running", (await Loss.InfoAsync(daemon, "a")).GetProperty("state").GetString());
    }

    private static byte[] Harm(byte[] record, string harm)
    {
        switch (harm)
        {
            case "cut" or "both":
                return record[..(record.Length / 2)];
            case "flipped":
                record[record.Length / 2] ^= 4;
                return record;
            default:
                return RecordFormat.Seal(2, "{\"of\":\"tomorrow\"}"u8);
        }
    }

    private static int Occurrences(string text, string part) => text.Split(part).Length - 1;

    private static async Task JournalAsync(DaemonProcess daemon, string state)
    {
        using var deadline = new CancellationTokenSource(DaemonProcess.Deadline);
        while ((await daemon.StatusAsync()).GetProperty("journal").GetProperty("state").GetString() != state)
            deadline.Token.ThrowIfCancellationRequested();
    }

    private static async Task FailuresAsync(DaemonProcess daemon, int most)
    {
        using var deadline = new CancellationTokenSource(DaemonProcess.Deadline);
        while ((await daemon.StatusAsync()).GetProperty("journal").GetProperty("failures").GetInt32() < most)
            deadline.Token.ThrowIfCancellationRequested();
    }

    private static async Task NamedAsync(DaemonProcess daemon, string name)
    {
        var id = (await Loss.InfoAsync(daemon, name)).GetProperty("id").GetString()!;
        using var deadline = new CancellationTokenSource(DaemonProcess.Deadline);
        while (Loss.StoreOf(daemon).ReadRecord(id, out var record) != RecordCondition.Good || record!.Name != name)
        {
            await daemon.StatusAsync();
            deadline.Token.ThrowIfCancellationRequested();
        }
    }

    private static async Task RunAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(program, arguments);
        await process.WaitForExitAsync();
        Assert.Equal(0, process.ExitCode);
    }
}
