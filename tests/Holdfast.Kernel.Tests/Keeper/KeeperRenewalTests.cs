using Holdfast.Linux;
using Holdfast.Linux.Files;
using Holdfast.Linux.Keeping;
using Holdfast.Linux.Memory;
using Holdfast.Linux.Processes;
using Xunit;

namespace Holdfast.Kernel.Tests.Keeper;

/// <summary>A keeper becomes another program in the same process, and loses nothing by it.</summary>
public sealed class KeeperRenewalTests
{
    [Fact]
    public void Pid_entries_and_children_stay_and_every_exit_code_is_told()
    {
        using var keeper = RunningKeeper.Start();
        var daemon = keeper.NextReadyDaemon();
        var (before, _) = daemon.StartShell("before", "exit 3");
        daemon.Next(ControlKind.Exited);
        var (during, _) = daemon.StartShell("during", "trap 'exit 4' HUP; while :; do read x; done");
        var (_, master) = daemon.StartShell("after", "read x; exit 5");
        using (var ring = MemoryFile.FromBytes("ring", "kept"u8))
            Assert.Equal(Errno.None, daemon.AskError(new(ControlKind.Store) { Name = "s.ring", Note = "note"u8.ToArray() }, ring));
        var endpoint = File.ReadAllText(keeper.EndpointFile);

        // No script here: a shell reaps whatever child it has.
        uint request;
        using (var image = FileSystem.Open(keeper.Arguments[0], OpenFlags.PathOnly))
            request = daemon.Send(new(ControlKind.Reexecute) { Name = keeper.Arguments[0] }, image);
        daemon.Next(ControlKind.Executing);
        using (var process = new PidFd(during.Descriptors[0].Duplicate()))
        {
            process.Send(Signals.HangUp);
            Await.Ready(process.Fd);
        }
        var answer = daemon.Next(ControlKind.Answer).Message;
        Assert.Equal(request, answer.Request);

        Assert.Equal((0, keeper.Pid), (answer.Value, answer.Pid));
        Assert.Equal(Errno.None, daemon.AskError(new(ControlKind.Reexecuted)));
        Assert.Contains(keeper.Arguments[0], File.ReadAllText($"/proc/{keeper.Pid}/cmdline"), StringComparison.Ordinal);
        Assert.Equal("holdfast-keeper", File.ReadAllText($"/proc/{keeper.Pid}/comm").Trim());
        Assert.Equal(endpoint, File.ReadAllText(keeper.EndpointFile));
        Assert.Equal(4 << 8, ExitOf(daemon, "during"));
        Assert.Equal(3 << 8, ExitOf(daemon, "before"));
        master.Write("\n"u8);
        Assert.Equal(5 << 8, ExitOf(daemon, "after"));
        foreach (var name in (string[])["before", "during", "after"])
            Assert.Equal(Errno.None, daemon.AskError(new(ControlKind.ExitRecorded) { Name = name }));
        Assert.False(ProcessFacts.TryRead(before.Message.Pid, out _));

        // The next daemon is its child as well, and is given everything.
        daemon.Kill();
        var entries = keeper.NextDaemon().Begin();
        Assert.Equal(["@beats", "@listen", "@lock", "after", "before", "during", "s.ring"], entries.Keys.Order());
        Assert.Equal("note"u8.ToArray(), entries["s.ring"].Message.Note.ToArray());
        Assert.Equal("kept"u8.ToArray(), MemoryFile.ReadAll(entries["s.ring"].Descriptors[0]));
        Assert.Equal(ControlFlags.Exited | ControlFlags.Recorded, entries["after"].Message.Flags);
        keeper.Connect();
    }

    [Fact]
    public void It_can_be_renewed_again_and_again_and_no_descriptor_is_left_behind()
    {
        using var keeper = RunningKeeper.Start();
        var daemon = keeper.NextReadyDaemon();
        daemon.StartShell("s", "read x");
        Renew(keeper, daemon);
        var descriptors = OpenFiles(keeper.Pid);
        for (var i = 0; i < 3; i++)
            Renew(keeper, daemon);
        Assert.Equal(descriptors, OpenFiles(keeper.Pid));
        // Of programs that are started from now on none has more than its terminal.
        var (_, master) = daemon.StartShell("t", "ls -1 /proc/$$/fd; echo .; read x");
        Assert.Equal("0 1 2 .", Files.ReadUntil(master, ".").ReplaceLineEndings(" ").Trim());
    }

    [Fact]
    public void A_request_to_end_that_comes_in_between_is_heard_by_the_new_program()
    {
        using var keeper = RunningKeeper.Start();
        var daemon = keeper.NextReadyDaemon();
        var program = KeeperPrograms.Wrap(keeper, "if [ $asked = 0 ]; then kill -TERM $$; fi");
        Assert.Equal(0, daemon.Reexecute(program).Value);
        daemon.Next(ControlKind.Terminate);
    }

    [Fact]
    public void A_daemon_that_dies_in_between_is_replaced()
    {
        using var keeper = RunningKeeper.Start();
        var daemon = keeper.NextReadyDaemon();
        daemon.StartShell("s", "read x");
        var program = KeeperPrograms.Wrap(keeper, $"if [ $asked = 0 ]; then kill -KILL {daemon.Pid}; fi");
        using (var image = FileSystem.Open(program, OpenFlags.PathOnly))
            daemon.Send(new(ControlKind.Reexecute) { Name = program }, image);
        Assert.Contains("s", keeper.NextDaemon().Begin().Keys);
    }

    [Theory]
    [InlineData("text", Errno.ENOEXEC)]
    [InlineData("truncated", Errno.ENOEXEC)]
    [InlineData("not executable", Errno.EACCES)]
    [InlineData("directory", Errno.EACCES)]
    [InlineData("being written", Errno.ETXTBSY)]
    [InlineData("another program", Errno.ENOEXEC)]
    [InlineData("an older keeper", Errno.ENOEXEC)]
    [InlineData("without interpreter", Errno.ENOENT)]
    [InlineData("hanging", Errno.ETIMEDOUT)]
    public void A_program_that_is_no_keeper_is_refused_and_the_old_one_goes_on(string kind, Errno expected)
    {
        using var keeper = RunningKeeper.Start();
        var daemon = keeper.NextReadyDaemon();
        var (_, master) = daemon.StartShell("s", "read x; exit 6");
        var path = kind switch
        {
            "another program" => "/bin/true",
            "directory" => keeper.TestDirectory,
            "hanging" => KeeperPrograms.Write(keeper, "exec sleep 1000\n"),
            "an older keeper" => KeeperPrograms.Wrap(keeper, "exec false"),
            _ => KeeperPrograms.Write(keeper, ""),
        };
        if (kind == "text")
            File.WriteAllText(path, "not a program\n");
        else if (kind == "without interpreter")
            File.WriteAllText(path, "#!/nowhere/at/all\n");
        else if (kind == "not executable")
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        else if (kind == "truncated")
            File.WriteAllBytes(path, File.ReadAllBytes(keeper.Arguments[0])[..4000]);
        using var writer = kind == "being written" ? File.OpenWrite(path) : null;

        var answer = daemon.Reexecute(path);

        Assert.True(expected == (Errno)answer.Value || (kind == "truncated" && answer.Value != 0), $"{(Errno)answer.Value}: {answer.Reason()}\n{keeper.Log()}");
        Assert.NotEqual("", answer.Reason());
        master.Write("\n"u8);
        Assert.Equal(6 << 8, ExitOf(daemon, "s"));
    }

    [Fact]
    public void A_program_that_passes_its_preflight_and_then_fails_gives_the_process_back()
    {
        using var keeper = RunningKeeper.Start();
        var daemon = keeper.NextReadyDaemon();
        var (_, master) = daemon.StartShell("s", "read x; exit 6");
        var answer = daemon.Reexecute(KeeperPrograms.Wrap(keeper, "if [ $asked = 0 ]; then set -- \"$@\" --unheard-of; fi"));
        Assert.Equal((keeper.Pid, Errno.ENOEXEC), (answer.Pid, (Errno)answer.Value));
        Assert.Contains("--unheard-of", answer.Reason(), StringComparison.Ordinal);
        master.Write("\n"u8);
        Assert.Equal(6 << 8, ExitOf(daemon, "s"));
        // And may try again.
        Renew(keeper, daemon);
    }

    [Fact]
    public void A_program_that_crashes_after_its_preflight_leaves_the_rest_to_the_daemon()
    {
        using var keeper = RunningKeeper.Start();
        var daemon = keeper.NextReadyDaemon();
        var program = KeeperPrograms.Wrap(keeper, "if [ $asked = 0 ]; then kill -SEGV $$; fi");
        using (var image = FileSystem.Open(program, OpenFlags.PathOnly))
            daemon.Send(new(ControlKind.Reexecute) { Name = program }, image);
        daemon.Next(ControlKind.Executing);
        Assert.Equal(11, keeper.AwaitEnd().Signal);
    }

    [Fact]
    public void One_program_at_a_time()
    {
        using var keeper = RunningKeeper.Start();
        var daemon = keeper.NextReadyDaemon();
        var fifo = Path.Combine(keeper.TestDirectory, "fifo");
        var slow = KeeperPrograms.Wrap(keeper, $"if [ $asked = 1 ]; then mkfifo {fifo}; echo asked > {keeper.TestDirectory}/asked; read x < {fifo}; fi");
        using var image = FileSystem.Open(slow, OpenFlags.PathOnly);
        daemon.Send(new(ControlKind.Reexecute) { Name = slow }, image);
        Assert.Equal(Errno.EBUSY, (Errno)daemon.Reexecute(slow).Value);
        FileWatch.Await(Path.Combine(keeper.TestDirectory, "asked"), _ => File.Exists(fifo));
        File.WriteAllText(fifo, "\n");
        Assert.Equal(keeper.Pid, daemon.Next(ControlKind.Answer).Message.Pid);
    }

    private static void Renew(RunningKeeper keeper, StandIn daemon)
    {
        var answer = daemon.Reexecute(KeeperPrograms.Wrap(keeper, KeeperPrograms.Faithful));
        Assert.True(answer.Value == 0, $"{(Errno)answer.Value}: {answer.Reason()}\n{keeper.Log()}");
        Assert.Equal(Errno.None, daemon.AskError(new(ControlKind.Reexecuted)));
    }

    private static int ExitOf(StandIn daemon, string name)
    {
        while (true)
        {
            var exited = daemon.Next(ControlKind.Exited).Message;
            if (exited.Name == name)
                return exited.Value;
        }
    }

    // The runtime reads files of its own in /proc now and then.
    private static List<string> OpenFiles(int pid) =>
        [.. Directory.EnumerateFileSystemEntries($"/proc/{pid}/fd").Select(f => new FileInfo(f).LinkTarget?.Split(':')[0] ?? "/proc/")
            .Where(f => !f.StartsWith("/proc/", StringComparison.Ordinal)).Order(StringComparer.Ordinal)];
}
