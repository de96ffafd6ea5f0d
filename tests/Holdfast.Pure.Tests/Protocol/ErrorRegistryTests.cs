using Holdfast.Generate;
using Holdfast.Protocol;
using Holdfast.Protocol.Errors;
using Holdfast.Protocol.V1;

namespace Holdfast.Pure.Tests.Protocol;

/// <summary>The schema, the registry, the page and the exceptions tell the same about every error.</summary>
public sealed class ErrorRegistryTests
{
    // Exit codes the command line promises: sysexits and, as timeout(1) has it, 124.
    private static readonly int[] PromisedExitCodes = [64, 65, 66, 69, 70, 73, 75, 77, 124];

    public static TheoryData<string> Paths => [.. GeneratedFiles.All().Select(file => file.Path)];

    [Theory]
    [MemberData(nameof(Paths))]
    public void Generated_files_are_what_the_schema_gives(string path)
    {
        var generated = GeneratedFiles.All().Single(file => string.Equals(file.Path, path, StringComparison.Ordinal));
        Assert.True(
            string.Equals(generated.Text, RepositoryFiles.Read(path), StringComparison.Ordinal),
            $"{path} is not what proto/ gives. Run: dotnet run --project tools/Holdfast.Generate");
    }

    [Fact]
    public void No_page_is_left_of_a_code_that_is_gone()
    {
        var pages = Directory.EnumerateFiles(Path.Combine(RepositoryFiles.Root, "docs/errors")).Select(Path.GetFileNameWithoutExtension);
        Assert.Equal(ErrorRegistry.All.Select(e => e.Name).Order(StringComparer.Ordinal), pages.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Every_code_has_its_row()
    {
        Assert.Equal(Enum.GetValues<ErrorCode>().Order(), ErrorRegistry.All.Select(entry => entry.Code));
        Assert.All(ErrorRegistry.All, entry => Assert.Same(entry, ErrorRegistry.Of(entry.Code)));
    }

    [Fact]
    public void Names_are_unique_and_exit_codes_are_the_promised_ones()
    {
        Assert.Distinct(ErrorRegistry.All.Select(entry => entry.Name), StringComparer.Ordinal);
        Assert.All(ErrorRegistry.All, entry => Assert.Contains(entry.ExitCode, PromisedExitCodes));
        Assert.All(ErrorRegistry.All, entry => Assert.EndsWith(".", entry.Meaning, StringComparison.Ordinal));
    }

    [Fact]
    public void A_code_of_a_newer_peer_is_shown_by_its_number()
    {
        var entry = ErrorRegistry.Of((ErrorCode)9999);
        Assert.Equal(("ERROR_9999", 70, false), (entry.Name, entry.ExitCode, entry.Retryable));
        Assert.Equal("ERROR_9999", HoldfastException.From(new Error { Code = (ErrorCode)9999 }).CodeName);
    }

    [Fact]
    public void An_exception_takes_hint_and_exit_code_from_the_registry()
    {
        var exception = new HoldfastException(ErrorCode.SessionGone, "There is no session \"x\".");
        Assert.Equal("SESSION_GONE", exception.CodeName);
        Assert.Equal(66, exception.ExitCode);
        Assert.Equal("`holdfast ls` shows what is there.", exception.Hint);
        Assert.False(exception.IsRetryable);
        Assert.Equal("Look elsewhere.", new HoldfastException(ErrorCode.SessionGone, "Gone.", "Look elsewhere.").Hint);
        Assert.Null(new HoldfastException(ErrorCode.SpawnFailed, "It did not start.").Hint);
    }

    [Fact]
    public void An_exception_crosses_the_wire_whole()
    {
        var sent = new HoldfastException(ErrorCode.CwdMissing, "/nowhere does not exist.", "Make it.");
        var received = HoldfastException.From(Error.Parser.ParseFrom(Google.Protobuf.MessageExtensions.ToByteArray(sent.ToError())));
        Assert.Equal((sent.Code, sent.Message, sent.Hint, sent.ExitCode), (received.Code, received.Message, received.Hint, received.ExitCode));
    }

    [Fact]
    public void A_peer_that_sends_only_a_code_is_still_understood()
    {
        var received = HoldfastException.From(new Error { Code = ErrorCode.Timeout });
        Assert.Equal(ErrorRegistry.Of(ErrorCode.Timeout).Meaning, received.Message);
        Assert.Equal(124, received.ExitCode);
    }
}
