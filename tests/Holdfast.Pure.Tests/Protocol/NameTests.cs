using System.Text.RegularExpressions;
using FsCheck;
using FsCheck.Fluent;
using Holdfast.Protocol;
using Holdfast.Protocol.V1;

namespace Holdfast.Pure.Tests.Protocol;

/// <summary>Session names and client ids: what is let in, and nothing else (S2).</summary>
public sealed class NameTests
{
    private static readonly TimeSpan MatchTimeout = TimeSpan.FromSeconds(1);

    [Theory]
    [InlineData("a")]
    [InlineData("build-2_x")]
    [InlineData("-")]
    [InlineData("daemon1")]
    [InlineData("01234567890123456789012345678901234567890123456789")]
    public void Good_names_pass(string name) => Assert.Null(SessionName.Check(name));

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("012345678901234567890123456789012345678901234567890")]
    [InlineData("a\n")]
    [InlineData("a b")]
    [InlineData("../x")]
    [InlineData("a/b")]
    [InlineData(".")]
    [InlineData("a;reboot")]
    [InlineData("$(id)")]
    [InlineData("a\0")]
    [InlineData("\u001b[31m")]
    [InlineData("é")]
    [InlineData("٣")]
    [InlineData("ſ")]
    public void Bad_names_are_refused(string? name) => Assert.Equal(ErrorCode.NameInvalid, SessionName.Check(name));

    [Theory]
    [InlineData("daemon")]
    [InlineData("tmp")]
    [InlineData("root")]
    [InlineData("admin")]
    [InlineData("system")]
    [InlineData("Root")]
    public void Reserved_names_are_refused_as_reserved(string name) => Assert.Equal(ErrorCode.NameReserved, SessionName.Check(name));

    [Fact]
    public void The_check_is_the_documented_pattern() => Prop.ForAll<string>(name =>
    {
        var matches = name is not null && Regex.IsMatch(name, @"\A[A-Za-z0-9_-]{1,50}\z", RegexOptions.CultureInvariant, MatchTimeout);
        Assert.Equal(matches, SessionName.Check(name) != ErrorCode.NameInvalid);
    }).QuickCheckThrowOnFailure();

    [Theory]
    [InlineData("c", true)]
    [InlineData("cli-7f3a:1/~!", true)]
    [InlineData("", false)]
    [InlineData("a b", false)]
    [InlineData("a\t", false)]
    [InlineData("a\u007f", false)]
    [InlineData("é", false)]
    public void Client_ids_are_printable_ascii(string clientId, bool valid) => Assert.Equal(valid, ProtocolLimits.IsClientId(clientId));

    [Fact]
    public void Client_ids_have_at_most_64_characters()
    {
        Assert.True(ProtocolLimits.IsClientId(new string('x', 64)));
        Assert.False(ProtocolLimits.IsClientId(new string('x', 65)));
    }
}
