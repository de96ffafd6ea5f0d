using System.Reflection;
using Holdfast.Client;
using Holdfast.DaemonRpc;
using Holdfast.Pure.Tests.Borders;
using Holdfast.Terminal;

namespace Holdfast.Pure.Tests.PublicApi;

/// <summary>
/// What programs outside can see of a library changes only on purpose: it is compared with the list beside the library. With
/// <c>HOLDFAST_WRITE_API=1</c> the list is written anew; the change is then seen in the diff.
/// </summary>
public sealed class PublicApiTests
{
    public static TheoryData<string> Libraries => ["Holdfast.Client", "Holdfast.DaemonRpc", "Holdfast.Terminal"];

    [Theory]
    [MemberData(nameof(Libraries))]
    public async Task The_public_api_is_the_one_that_is_written_down(string library)
    {
        var list = Path.Combine(SourceTree.Root, "src", library, "PublicApi.txt");
        var actual = ApiListing.Of(AssemblyOf(library));
        if (Environment.GetEnvironmentVariable("HOLDFAST_WRITE_API") == "1")
            await File.WriteAllTextAsync(list, actual, TestContext.Current.CancellationToken);
        var known = (await File.ReadAllTextAsync(list, TestContext.Current.CancellationToken)).Split('\n');
        var now = actual.Split('\n');
        Assert.True(
            known.SequenceEqual(now, StringComparer.Ordinal),
            $"The public API of {library} differs from src/{library}/PublicApi.txt; HOLDFAST_WRITE_API=1 writes it anew.\n"
            + string.Join('\n', known.Except(now, StringComparer.Ordinal).Select(l => $"- {l}").Concat(now.Except(known, StringComparer.Ordinal).Select(l => $"+ {l}"))));
    }

    [Fact]
    public void The_list_says_what_matters_of_a_member()
    {
        var list = ApiListing.Of(typeof(HoldfastClient).Assembly);
        Assert.Contains("sealed class Holdfast.Client.HoldfastClient : IAsyncDisposable\n", list, StringComparison.Ordinal);
        Assert.Contains("    static Task<Holdfast.Client.HoldfastClient> ConnectAsync(Holdfast.Client.HoldfastClientOptions options, CancellationToken cancellation = default)\n", list, StringComparison.Ordinal);
        Assert.Contains("    Holdfast.DaemonRpc.Lifecycle.StarterOptions? Starter { get; init; }\n", list, StringComparison.Ordinal);
        Assert.DoesNotContain("ClientConnection", list, StringComparison.Ordinal);
    }

    private static Assembly AssemblyOf(string library) => library switch
    {
        "Holdfast.Client" => typeof(HoldfastClient).Assembly,
        "Holdfast.DaemonRpc" => typeof(DaemonProgram).Assembly,
        _ => typeof(TerminalOptions).Assembly,
    };
}
