using Holdfast.DaemonRpc.Lifecycle;
using Holdfast.Linux.Processes;

namespace Holdfast.Kernel.Tests.Lifecycle;

public sealed class DirectoryGuardTests : IDisposable
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private readonly TemporaryDaemonPlace _place = new();

    private string Subject => Path.Combine(_place.Root, "subject");

    [Fact]
    public void A_missing_directory_is_made_with_its_parents_for_its_owner_alone()
    {
        var deep = Path.Combine(Subject, "a", "b");
        DirectoryGuard.Ensure(deep);
        Assert.Equal(OwnerOnly, File.GetUnixFileMode(deep));
        Assert.Equal(OwnerOnly, File.GetUnixFileMode(Subject));
        DirectoryGuard.Ensure(deep);
    }

    [Fact]
    public void A_directory_others_may_enter_is_refused()
    {
        Directory.CreateDirectory(Subject, OwnerOnly | UnixFileMode.GroupExecute);
        Assert.Contains("mode 710", Refusal(Subject).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("/")]
    public void A_symlink_is_refused_also_to_a_good_directory(string ending)
    {
        var target = Path.Combine(_place.Root, "target");
        DirectoryGuard.Ensure(target);
        Directory.CreateSymbolicLink(Subject, target);
        Assert.Contains("symlink", Refusal(Subject + ending).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_is_refused()
    {
        File.WriteAllText(Subject, "");
        Assert.Contains("not a directory", Refusal(Subject).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_directory_of_somebody_else_is_refused()
    {
        // The superuser can give one away; anybody else finds one of the superuser's.
        var foreign = "/proc/1";
        if (CurrentProcess.EffectiveUser == 0)
        {
            foreign = Subject;
            Directory.CreateDirectory(Subject, OwnerOnly);
            NamedPipe.Run("chown", "12345", Subject);
        }
        var refusal = Refusal(foreign);
        Assert.Contains("belongs to user", refusal.Message, StringComparison.Ordinal);
        Assert.NotNull(refusal.Hint);
    }

    public void Dispose() => _place.Dispose();

    private static LifecycleException Refusal(string path)
    {
        var refusal = Assert.Throws<LifecycleException>(() => DirectoryGuard.Ensure(path));
        Assert.Equal("RUNTIME_DIR_UNSAFE", refusal.Code);
        return refusal;
    }
}
