using Holdfast.Linux.Processes;
using Xunit;

namespace Holdfast.Kernel.Tests;

/// <summary>The start of a long-lived process, from the states that careless starters leave it in.</summary>
public sealed class BeginTests
{
    [Fact]
    public void Standard_descriptors_that_are_closed_become_valid_and_none_of_ours_is_among_them()
    {
        var answer = Begin("""exec "$1" begin-closed "$2" """);

        Assert.Equal(["/dev/null", "/dev/null", "/dev/null"], [answer["fd0"], answer["fd1"], answer["fd2"]]);
        Assert.Equal("True", answer["first-own"]);
        Assert.Equal("42", answer["status"]);
    }

    [Theory]
    [InlineData("""exec "$1" begin "$2" <&- >&- 2>&-""")]
    [InlineData("""exec "$1" begin "$2" <&-""")]
    [InlineData("""exec "$1" begin "$2" >&- 2>&-""")]
    public void A_starter_that_closed_them_does_not_keep_it_from_starting(string script)
    {
        var answer = Begin(script);

        Assert.All([answer["fd0"], answer["fd1"], answer["fd2"]], link => Assert.NotEqual("", link));
        Assert.Equal("True", answer["first-own"]);
        Assert.Equal("42", answer["status"]);
    }

    [Fact]
    public void A_starter_that_ignored_SIGCHLD_costs_no_exit_status()
    {
        var answer = Begin("""exec env --ignore-signal=CHLD "$1" begin "$2" """);

        Assert.Equal("True", answer["child-ignored-before"]);
        Assert.Equal("False", answer["child-ignored-after"]);
        Assert.Equal("42", answer["status"]);
    }

    [Fact]
    public void Under_a_limit_of_64_descriptors_it_starts_and_starts_children()
    {
        var answer = Begin("""ulimit -n 64; exec "$1" begin "$2" """);

        Assert.Equal("64", answer["found"]);
        Assert.Equal("42", answer["status"]);
    }

    [Fact]
    public void It_raises_the_descriptor_limit_and_tells_what_it_was_and_goes_to_the_root_directory()
    {
        var answer = Begin("""cd /tmp; exec "$1" begin "$2" 256""");

        Assert.Equal("256", answer["found"]);
        Assert.Equal("True", answer["raised"]);
        Assert.Equal("/", answer["directory"]);
    }

    private static Dictionary<string, string> Begin(string script)
    {
        using var directory = new TestDirectory();
        using var child = Child.Shell(script, Child.ProbePath, directory.At("answer"));
        var said = child.ReadToEnd();
        Assert.True(child.Reap() == new ExitStatus(0, 0, Lost: false), said);
        return File.ReadLines(directory.At("answer")).Select(l => l.Split('=', 2)).ToDictionary(p => p[0], p => p[1], StringComparer.Ordinal);
    }
}
