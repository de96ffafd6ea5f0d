using System.Text.RegularExpressions;
using Xunit;

namespace Holdfast.Pure.Tests.Borders;

/// <summary>Rules of the house that no analyzer holds.</summary>
public sealed partial class SourceRuleTests
{
    // What one reads in one sitting.
    private const int MaxLines = 400;

    [Fact]
    public void Tests_wait_for_events_and_never_for_time() => Forbid("tests", Pause(), "Sleeping tests:");

    [Fact]
    public void No_test_is_skipped() => Forbid("tests", Skip(), "Skipped tests:");

    [Fact]
    public void No_failure_is_swallowed_without_a_statement()
    {
        foreach (var part in Parts())
            Forbid(part, EmptyCatch(), "Empty catch blocks:");
    }

    [Fact]
    public void Files_are_short_enough_to_be_read()
    {
        var files = Parts().SelectMany(SourceTree.HandWritten).ToList();
        var offenders = files.Select(f => (File: f, Lines: SourceTree.Read(f).Count(c => c == '\n'))).Where(f => f.Lines > MaxLines);
        SourceTree.Demand(files, offenders.Select(f => $"{f.File}: {f.Lines} lines"), $"Longer than {MaxLines} lines:");
    }

    [Fact]
    public void No_path_of_a_single_machine_is_written_down()
    {
        var files = SourceTree.Files().FindAll(f => !f.Contains("/Borders/", StringComparison.Ordinal));
        SourceTree.Demand(files, files.Where(f => MachinePath().IsMatch(SourceTree.Read(f))), "Absolute paths of one machine:");
    }

    [Theory]
    [InlineData("catch { }", true)]
    [InlineData("catch (IOException) { /* gone */ }", true)]
    [InlineData("catch (IOException e) when (e.HResult == 1)\n{\n    // gone\n}", true)]
    [InlineData("catch (IOException)\n{\n    return null;\n}", false)]
    public void The_guard_knows_an_empty_catch(string source, bool isEmpty) => Assert.Equal(isEmpty, EmptyCatch().IsMatch(source));

    private static IEnumerable<string> Parts() =>
        new[] { "src", "tests", "tools", "bench" }.Where(p => Directory.Exists(Path.Combine(SourceTree.Root, p)));

    private static void Forbid(string under, Regex pattern, string rule)
    {
        var files = SourceTree.HandWritten(under);
        SourceTree.Demand(files, files.Where(f => pattern.IsMatch(SourceTree.Read(f))), rule);
    }

    [GeneratedRegex(@"Thread\.Sleep|Task\.Delay|SpinWait\.SpinUntil")]
    private static partial Regex Pause();

    [GeneratedRegex(@"\bSkip(When|Unless)?\s*=|Assert\.Skip", RegexOptions.ExplicitCapture)]
    private static partial Regex Skip();

    // A comment is no statement: say in code what becomes of the failure.
    [GeneratedRegex(@"\bcatch\b[^{};]*\{(\s|//[^\n]*\n|/\*.*?\*/)*\}", RegexOptions.Singleline | RegexOptions.ExplicitCapture)]
    private static partial Regex EmptyCatch();

    [GeneratedRegex(@"(?<![\w.$}~-])/(work|root)/", RegexOptions.ExplicitCapture)]
    private static partial Regex MachinePath();
}
