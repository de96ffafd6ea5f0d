using Holdfast.Linux;
using Holdfast.Linux.Events;
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
}
