using System.Runtime.CompilerServices;
using Holdfast.Linux;
using Holdfast.Linux.Events;
using Holdfast.Linux.Files;
using Xunit;

namespace Holdfast.Kernel.Tests;

/// <summary>What <see cref="Fd"/> promises about a descriptor's lifetime.</summary>
public sealed class FdTests
{
    [Fact]
    public void A_new_descriptor_and_its_duplicate_are_closed_on_exec()
    {
        using var bell = new EventFd();
        using var copy = bell.Fd.Duplicate();

        Assert.True(ProcFd.ClosesOnExec(bell.Fd));
        Assert.True(ProcFd.ClosesOnExec(copy));
    }

    [Fact]
    public void Close_on_exec_can_be_switched_off_and_on()
    {
        using var bell = new EventFd();

        bell.Fd.SetCloseOnExec(false);
        Assert.False(ProcFd.ClosesOnExec(bell.Fd));
        bell.Fd.SetCloseOnExec(true);
        Assert.True(ProcFd.ClosesOnExec(bell.Fd));
    }

    [Fact]
    public void A_duplicate_is_the_same_open_file_at_or_above_the_number_asked_for()
    {
        using var bell = new EventFd();
        using var copy = bell.Fd.Duplicate(200);
        bell.Ring();

        Assert.True(copy.Number >= 200);
        Assert.Equal(1UL, bell.Clear());
    }

    [Fact]
    public void A_descriptor_whose_handle_is_lost_stays_open()
    {
        var (number, lost) = OpenAndForget();

        for (var i = 0; i < 5 && lost.IsAlive; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }

        Assert.False(lost.IsAlive);
        Assert.True(ProcFd.IsOpen(number));
        new Fd(number).Dispose();
        Assert.False(ProcFd.IsOpen(number));
    }

    [Fact]
    public void Disposing_twice_closes_once_and_the_number_is_gone_from_the_handle()
    {
        using var bell = new EventFd();
        var copy = bell.Fd.Duplicate();
        var number = copy.Number;
        copy.Dispose();
        using var other = bell.Fd.Duplicate(number);
        copy.Dispose();

        Assert.Equal(number, other.Number);
        Assert.True(ProcFd.IsOpen(number));
        Assert.Throws<ObjectDisposedException>(() => copy.Number);
    }

    [Fact]
    public void Non_blocking_is_shared_by_all_duplicates()
    {
        using var file = FileSystem.Open("/dev/null", OpenFlags.ReadOnly);
        using var copy = file.Duplicate();
        file.SetNonBlocking();

        Assert.NotEqual(0, ProcFd.Flags(copy) & OpenFlags.NonBlocking);
    }

    [Fact]
    public void A_full_descriptor_table_is_an_error_with_its_name()
    {
        using var bell = new EventFd();
        var error = Assert.Throws<LinuxException>(() => bell.Fd.Duplicate(int.MaxValue));
        Assert.Equal(Errno.EINVAL, error.Error);
        Assert.Contains("F_DUPFD", error.Message, StringComparison.Ordinal);
    }

    // In a frame of its own, so that no stack slot keeps the handle alive.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static (int Number, WeakReference Lost) OpenAndForget()
    {
        using var bell = new EventFd();
        var fd = bell.Fd.Duplicate(300);
        return (fd.Number, new WeakReference(fd));
    }
}
