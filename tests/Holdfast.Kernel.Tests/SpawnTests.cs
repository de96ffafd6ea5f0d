using System.Globalization;
using System.Text;
using Holdfast.Linux;
using Holdfast.Linux.Events;
using Holdfast.Linux.Processes;
using Holdfast.Linux.Pty;
using Holdfast.Linux.Spawn;
using Xunit;

namespace Holdfast.Kernel.Tests;

/// <summary>What a spawned child is given, and what its parent is told where it cannot be.</summary>
public sealed class SpawnTests
{
    // glibc keeps signals 32 and 33 for itself and never resets them.
    private const ulong OwnedByLibc = (1UL << 31) | (1UL << 32);

    [Fact]
    public void A_child_sees_descriptors_0_to_2_only_though_its_parent_has_many_open_some_inheritable()
    {
        using var bell = new EventFd();
        var open = Enumerable.Range(0, 120).Select(i => bell.Fd.Duplicate(3 + (i * 7))).ToList();
        foreach (var fd in open.Where((_, i) => i % 2 == 0))
            fd.SetCloseOnExec(false);
        using var cat = Cat(out _);

        var seen = Directory.GetFileSystemEntries($"/proc/{cat.Pid}/fd").Select(f => Path.GetFileName(f)!).Order(StringComparer.Ordinal);

        Assert.Equal(["0", "1", "2"], seen);
        open.ForEach(fd => fd.Dispose());
    }

    [Fact]
    public void A_child_leads_its_own_session_in_the_foreground_of_its_controlling_terminal()
    {
        using var cat = Cat(out var master);
        var fields = StatFields(cat.Pid);

        Assert.Equal(cat.Pid.ToString(CultureInfo.InvariantCulture), fields[2]); // group
        Assert.Equal(cat.Pid.ToString(CultureInfo.InvariantCulture), fields[3]); // session
        Assert.Equal(cat.Pid.ToString(CultureInfo.InvariantCulture), fields[5]); // foreground group
        // The device number of /dev/pts/N: majors from 136, 256 minors each up to the 8 bits of the old encoding.
        Assert.Equal((136 << 8) | master.Index, int.Parse(fields[4], CultureInfo.InvariantCulture));
        for (var fd = 0; fd <= 2; fd++)
            Assert.Equal($"/dev/pts/{master.Index}", File.ResolveLinkTarget($"/proc/{cat.Pid}/fd/{fd}", false)?.FullName);
    }

    [Fact]
    public void A_child_has_no_signal_blocked_or_ignored()
    {
        using var cat = Cat(out _);

        Assert.Equal(0UL, Mask(cat.Pid, "SigBlk"));
        Assert.Equal(0UL, Mask(cat.Pid, "SigIgn") & ~OwnedByLibc);
        Assert.NotEqual(0UL, Mask(Environment.ProcessId, "SigIgn")); // the runtime ignores SIGPIPE: there was something to reset
    }

    [Fact]
    public void A_child_has_exactly_the_environment_arguments_and_directory_of_its_plan()
    {
        using var directory = new TestDirectory();
        string[] environment = ["A=1", "EMPTY=", "WITH=equals=and spaces", "É=ü", "A=again"];
        var plan = new SpawnPlan("/bin/cat", directory.Root, ["a name", "-"], environment);
        using var cat = Cat(plan, out _);

        Assert.Equal(string.Concat(environment.Select(e => e + "\0")), Proc(cat.Pid, "environ"));
        Assert.Equal("a name\0-\0", Proc(cat.Pid, "cmdline"));
        Assert.Equal(directory.Root, File.ResolveLinkTarget($"/proc/{cat.Pid}/cwd", false)?.FullName);
    }

    [Theory]
    [InlineData("missing", Errno.ENOENT)]
    [InlineData("directory", Errno.EACCES)]
    [InlineData("not-executable", Errno.EACCES)]
    [InlineData("no-interpreter-line", Errno.ENOEXEC)]
    [InlineData("missing-interpreter", Errno.ENOENT)]
    [InlineData("not-executable/below", Errno.ENOTDIR)]
    public void A_program_that_cannot_run_is_told_by_the_error_of_execve(string program, Errno expected)
    {
        using var directory = new TestDirectory();
        const UnixFileMode executable = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
        Directory.CreateDirectory(directory.At("directory"));
        File.WriteAllText(directory.At("not-executable"), "#!/bin/sh\n");
        File.SetUnixFileMode(directory.At("not-executable"), UnixFileMode.UserRead | UnixFileMode.UserWrite);
        File.WriteAllText(directory.At("no-interpreter-line"), "echo\n");
        File.SetUnixFileMode(directory.At("no-interpreter-line"), executable);
        File.WriteAllText(directory.At("missing-interpreter"), "#!/no/such/interpreter\n");
        File.SetUnixFileMode(directory.At("missing-interpreter"), executable);

        Assert.Equal(expected, TrySpawn(new SpawnPlan(directory.At(program), "/", ["x"], [])));
    }

    [Theory]
    [InlineData("/no/such/directory", Errno.ENOENT)]
    [InlineData("/etc/passwd", Errno.ENOTDIR)]
    public void A_working_directory_that_cannot_be_entered_is_told(string directory, Errno expected) =>
        Assert.Equal(expected, TrySpawn(new SpawnPlan("/bin/true", directory, ["true"], [])));

    [Fact]
    public void A_string_too_long_for_a_program_is_E2BIG() =>
        Assert.Equal(Errno.E2BIG, TrySpawn(new SpawnPlan("/bin/true", "/", ["true", new string('x', 128 * 1024)], [])));

    [Fact]
    public void A_failed_spawn_leaves_no_descriptor()
    {
        var before = CurrentProcess.OpenDescriptors;

        Assert.Equal(Errno.ENOENT, TrySpawn(new SpawnPlan("/no/such/program", "/", ["x"], [])));

        Assert.Equal(before, CurrentProcess.OpenDescriptors);
    }

    [Fact]
    public void A_slave_whose_master_is_gone_is_refused_and_never_becomes_a_strangers_terminal()
    {
        var pty = PtyPair.Open(new WindowSize(80, 24));
        using var slave = pty.Slave;
        pty.Master.Dispose();
        var stranger = PtyPair.Open(new WindowSize(80, 24));

        var error = ChildSpawner.TrySpawn(Child.ShellPlan("echo here"), new ChildDescriptors.Terminal(slave), out _);

        stranger.Slave.Dispose();
        Assert.Equal(Errno.EIO, error);
        Assert.Equal(Errno.EIO, stranger.Master.Read(new byte[16]).Error);
        stranger.Master.Dispose();
    }

    [Fact]
    public void More_descriptors_than_64_arrive_each_at_its_number_and_open()
    {
        using var bell = new EventFd();
        using var none = Linux.Files.FileSystem.Open("/dev/null", OpenFlags.ReadWrite);
        var listed = Enumerable.Range(0, 100).Select(i => i == 70 ? bell.Fd : none).ToList();
        var error = ChildSpawner.TrySpawn(
            new SpawnPlan("/bin/sleep", "/", ["sleep", "1000"], []), new ChildDescriptors.Listed(listed), out var pid);
        Assert.Equal(Errno.None, error);
        PidFd.TryOpen(pid, out var process);

        for (var fd = 0; fd < 100; fd++)
            Assert.Equal(fd == 70 ? "anon_inode:[eventfd]" : "/dev/null", LinkOf($"/proc/{pid}/fd/{fd}"));

        process!.Send(Signals.Kill);
        Await.Ready(process.Fd);
        Assert.Equal(ExitQuery.Known, process.QueryChild(reap: true, out _));
        process.Dispose();
    }

    [Fact]
    public void A_plan_survives_its_journey_as_bytes_and_refuses_strings_with_a_zero()
    {
        var plan = new SpawnPlan("/bin/é", "/tmp", ["a", "", "b c"], ["K=V", "E="]);
        var back = SpawnPlan.Decode(plan.Encode());

        Assert.Equal((plan.Program, plan.Directory), (back.Program, back.Directory));
        Assert.Equal(plan.Arguments, back.Arguments);
        Assert.Equal(plan.Environment, back.Environment);
        Assert.Throws<ArgumentException>(() => (plan with { Arguments = ["a\0b"] }).Encode());
        Assert.Throws<FormatException>(() => SpawnPlan.Decode(plan.Encode().AsSpan()[..^1]));
        Assert.Throws<FormatException>(() => SpawnPlan.Decode([.. plan.Encode(), 0]));
    }

    private static Child Cat(out PtyMaster master) => Cat(new SpawnPlan("/bin/cat", "/", ["cat"], []), out master);

    // A cat that answered runs its main loop: the loader's own descriptors are closed.
    private static Child Cat(SpawnPlan plan, out PtyMaster master)
    {
        var pty = PtyPair.Open(new WindowSize(80, 24));
        master = pty.Master;
        var cat = Child.OnTerminal(plan, pty);
        pty.Master.Write("go\n"u8);
        cat.ReadUntil("go\r\ngo\r\n");
        return cat;
    }

    private static Errno TrySpawn(SpawnPlan plan)
    {
        using var none = Linux.Files.FileSystem.Open("/dev/null", OpenFlags.ReadWrite);
        return ChildSpawner.TrySpawn(plan, new ChildDescriptors.Listed([none, none, none]), out _);
    }

    private static string LinkOf(string path) => new FileInfo(path).LinkTarget ?? "closed";

    private static string Proc(int pid, string file) => Encoding.UTF8.GetString(File.ReadAllBytes($"/proc/{pid}/{file}"));

    private static string[] StatFields(int pid)
    {
        var text = Proc(pid, "stat");
        return text[(text.LastIndexOf(')') + 2)..].Split(' ');
    }

    private static ulong Mask(int pid, string name)
    {
        var line = File.ReadLines($"/proc/{pid}/status").First(l => l.StartsWith(name, StringComparison.Ordinal));
        return Convert.ToUInt64(line[(name.Length + 1)..].Trim(), 16);
    }
}
