using Holdfast.DaemonRpc.Lifecycle;
using Holdfast.Linux.Processes;

namespace Holdfast.Kernel.Tests.Lifecycle;

public sealed class DaemonPathsTests
{
    private static DaemonPaths With(params (string Name, string Value)[] variables) =>
        DaemonPaths.From(name => variables.FirstOrDefault(v => v.Name == name).Value);

    [Fact]
    public void Own_variables_win_over_the_desktop_standard()
    {
        var paths = With(
            ("HOLDFAST_RUNTIME_DIR", "/a"), ("XDG_RUNTIME_DIR", "/x"), ("HOLDFAST_STATE_DIR", "/b/"), ("XDG_STATE_HOME", "/x"),
            ("HOLDFAST_CONFIG", "/c.json"), ("XDG_CONFIG_HOME", "/x"), ("HOME", "/h"));
        Assert.Equal(("/a/socket", "/b", "/c.json"), (paths.Socket, paths.StateDirectory, paths.ConfigFile));
    }

    [Fact]
    public void The_desktop_standard_wins_over_the_home_directory()
    {
        var paths = With(("XDG_RUNTIME_DIR", "/r"), ("XDG_STATE_HOME", "/s"), ("XDG_CONFIG_HOME", "/c"), ("HOME", "/h"));
        Assert.Equal(
            ("/r/holdfast", "/s/holdfast", "/c/holdfast/config.json"),
            (paths.RuntimeDirectory, paths.StateDirectory, paths.ConfigFile));
    }

    [Fact]
    public void Without_variables_the_user_decides()
    {
        var paths = With(("HOME", "/h"), ("XDG_RUNTIME_DIR", "relative/is/invalid"));
        Assert.Equal(
            ($"/tmp/holdfast-{CurrentProcess.EffectiveUser}", "/h/.local/state/holdfast", "/h/.config/holdfast/config.json"),
            (paths.RuntimeDirectory, paths.StateDirectory, paths.ConfigFile));
    }

    [Fact]
    public void Without_a_home_the_state_still_has_an_absolute_place() =>
        Assert.True(Path.IsPathRooted(With().StateDirectory));

    [Fact]
    public void Each_chosen_runtime_directory_has_a_lock_of_its_own()
    {
        var common = With(("HOLDFAST_STATE_DIR", "/s")).LockFile;
        var one = With(("HOLDFAST_STATE_DIR", "/s"), ("HOLDFAST_RUNTIME_DIR", "/one")).LockFile;
        var other = With(("HOLDFAST_STATE_DIR", "/s"), ("HOLDFAST_RUNTIME_DIR", "/other")).LockFile;
        Assert.Equal(3, new HashSet<string> { common, one, other }.Count);
    }

    [Fact]
    public void A_socket_path_longer_than_the_kernel_takes_is_refused_with_its_code()
    {
        With(("HOLDFAST_RUNTIME_DIR", "/" + new string('a', 107 - "//socket".Length))).CheckSocketPath();
        var tooLong = With(("HOLDFAST_RUNTIME_DIR", "/" + new string('a', 108 - "//socket".Length)));
        var error = Assert.Throws<LifecycleException>(tooLong.CheckSocketPath);
        Assert.Equal("SOCKET_PATH_TOO_LONG", error.Code);
    }
}
