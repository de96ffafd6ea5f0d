using Holdfast.Linux;
using Holdfast.Linux.Files;
using Holdfast.Linux.Processes;
using Xunit;

namespace Holdfast.Kernel.Tests;

/// <summary>Files as the kernel sees them: facts, modes and locks.</summary>
public sealed class FileTests
{
    // Permission bits by their octal names.
    private const int OwnerReadWrite = 0x180; // 0600
    private const int OwnerAll = 0x1C0;       // 0700

    [Fact]
    public void Facts_are_of_the_path_itself_and_never_of_what_a_symlink_points_to()
    {
        using var directory = new TestDirectory();
        File.WriteAllText(directory.At("file"), "12345");
        File.CreateSymbolicLink(directory.At("link"), directory.At("file"));

        Assert.Equal(Errno.None, FileSystem.TryStat(directory.At("file"), out var file));
        Assert.Equal(Errno.None, FileSystem.TryStat(directory.At("link"), out var link));
        Assert.Equal(Errno.None, FileSystem.TryStat(directory.Root, out var root));
        Assert.Equal(Errno.ENOENT, FileSystem.TryStat(directory.At("none"), out _));
        Assert.Equal((true, false, 5L, 1u), (file.IsRegular, file.IsSymlink, file.Size, file.Links));
        Assert.Equal((true, false), (link.IsSymlink, link.IsRegular));
        Assert.True(root.IsDirectory);
        Assert.Equal(CurrentProcess.EffectiveUser, file.Owner);
        Assert.Equal((int)File.GetUnixFileMode(directory.At("file")), file.Permissions);
        Assert.False(file.SameFile(link));
    }

    [Fact]
    public void An_open_file_and_its_path_are_the_same_until_the_path_is_replaced()
    {
        using var directory = new TestDirectory();
        using var fd = FileSystem.Open(directory.At("lock"), OpenFlags.ReadWrite | OpenFlags.Create, OwnerReadWrite);
        FileSystem.TryStat(directory.At("lock"), out var before);
        Assert.True(FileSystem.Stat(fd).SameFile(before));
        Assert.Equal(OwnerReadWrite, before.Permissions);
        File.WriteAllText(directory.At("new"), "");
        Assert.Equal(Errno.None, FileSystem.Rename(directory.At("new"), directory.At("lock")));

        FileSystem.TryStat(directory.At("lock"), out var after);
        Assert.False(FileSystem.Stat(fd).SameFile(after));
        Assert.Equal(0u, FileSystem.Stat(fd).Links);
    }

    [Fact]
    public void A_lock_is_refused_to_a_second_open_file_and_free_again_when_the_last_duplicate_closes()
    {
        using var directory = new TestDirectory();
        var first = FileSystem.Open(directory.At("lock"), OpenFlags.ReadWrite | OpenFlags.Create, OwnerReadWrite);
        using var second = FileSystem.Open(directory.At("lock"), OpenFlags.ReadWrite);
        var copy = first.Duplicate();

        Assert.True(FileSystem.TryLock(first));
        Assert.True(FileSystem.TryLock(copy));
        Assert.False(FileSystem.TryLock(second));
        first.Dispose();
        Assert.False(FileSystem.TryLock(second));
        copy.Dispose();
        Assert.True(FileSystem.TryLock(second));
    }

    [Fact]
    public void A_lock_given_to_a_child_lives_as_long_as_the_child()
    {
        using var directory = new TestDirectory();
        var mine = FileSystem.Open(directory.At("lock"), OpenFlags.ReadWrite | OpenFlags.Create, OwnerReadWrite);
        using var other = FileSystem.Open(directory.At("lock"), OpenFlags.ReadWrite);
        Assert.True(FileSystem.TryLock(mine));
        using var child = Child.OnPipe(new("/bin/sleep", "/", ["sleep", "1000"], []), mine);
        mine.Dispose();

        Assert.False(FileSystem.TryLock(other));
        child.Process.Send(Signals.Kill);
        child.Reap();
        Assert.True(FileSystem.TryLock(other));
    }

    [Fact]
    public void Directories_links_and_removal_report_their_errors_as_values()
    {
        using var directory = new TestDirectory();
        Assert.Equal(Errno.None, FileSystem.MakeDirectory(directory.At("d"), OwnerAll));
        FileSystem.TryStat(directory.At("d"), out var facts);
        Assert.Equal((true, OwnerAll), (facts.IsDirectory, facts.Permissions));
        Assert.Equal(Errno.EEXIST, FileSystem.MakeDirectory(directory.At("d"), OwnerAll));
        File.WriteAllText(directory.At("f"), "x");
        Assert.Equal(Errno.None, FileSystem.Link(directory.At("f"), directory.At("g")));
        Assert.Equal(Errno.EEXIST, FileSystem.Link(directory.At("f"), directory.At("g")));
        Assert.Equal(Errno.ENOENT, FileSystem.Rename(directory.At("none"), directory.At("f")));
        Assert.Equal(Errno.None, FileSystem.Unlink(directory.At("f")));
        Assert.Equal(Errno.ENOENT, FileSystem.Unlink(directory.At("f")));
        Assert.Equal(Errno.EISDIR, FileSystem.Unlink(directory.At("d")));
        Assert.Equal("x", File.ReadAllText(directory.At("g")));
    }

    [Fact]
    public void Access_tells_what_may_be_done_with_a_path()
    {
        using var directory = new TestDirectory();
        File.WriteAllText(directory.At("f"), "");
        File.SetUnixFileMode(directory.At("f"), UnixFileMode.UserRead | UnixFileMode.UserWrite);

        Assert.Equal(Errno.None, FileSystem.Access(directory.At("f"), 4));
        Assert.Equal(Errno.EACCES, FileSystem.Access(directory.At("f"), 1));
        Assert.Equal(Errno.ENOENT, FileSystem.Access(directory.At("none"), 4));
    }

    [Fact]
    public void What_is_written_is_read_back_and_synchronizing_a_file_works_and_a_pipe_is_an_error()
    {
        using var directory = new TestDirectory();
        using var fd = FileSystem.Open(directory.At("f"), OpenFlags.ReadWrite | OpenFlags.Create | OpenFlags.Exclusive, OwnerReadWrite);
        using var pipe = TransferPipe.Create();
        Assert.Equal(3, FileSystem.Write(fd, "abc"u8).Count);
        FileSystem.Synchronize(fd);

        Assert.Equal("abc", File.ReadAllText(directory.At("f")));
        Assert.Equal(Errno.EINVAL, Assert.Throws<LinuxException>(() => FileSystem.Synchronize(pipe.ReadEnd)).Error);
        Assert.Equal(Errno.EEXIST, Assert.Throws<LinuxException>(
            () => FileSystem.Open(directory.At("f"), OpenFlags.ReadWrite | OpenFlags.Create | OpenFlags.Exclusive, OwnerReadWrite)).Error);
        using var readOnly = FileSystem.Open(directory.At("f"), OpenFlags.ReadOnly);
        Assert.Equal(Errno.EBADF, FileSystem.Write(readOnly, "x"u8).Error);
    }

    [Fact]
    public void Installing_a_descriptor_under_a_number_leaves_it_open_across_exec_also_where_it_has_that_number()
    {
        using var fd = FileSystem.Open("/dev/null", OpenFlags.ReadWrite);
        using var taken = fd.Duplicate(400);

        FileSystem.InstallAs(fd, taken.Number);
        Assert.False(ProcFd.ClosesOnExec(taken));
        Assert.True(ProcFd.ClosesOnExec(fd));
        FileSystem.InstallAs(fd, fd.Number);
        Assert.False(ProcFd.ClosesOnExec(fd));
    }
}
