namespace Holdfast.EndToEnd.Tests.Conformance;

/// <summary>The cases of tests/conformance, which hold for every client library, with the .NET one.</summary>
public sealed class ConformanceTests
{
    public static TheoryData<string> Names => [.. ConformanceCase.Names];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task The_case_holds(string name)
    {
        await using var runner = new CaseRunner(ConformanceCase.Load(name));
        await runner.RunAsync();
    }

    [Fact]
    public void There_are_cases() => Assert.InRange(ConformanceCase.Names.Count(), 16, int.MaxValue);
}
