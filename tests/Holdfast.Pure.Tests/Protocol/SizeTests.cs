using FsCheck;
using FsCheck.Fluent;
using Holdfast.Protocol;

namespace Holdfast.Pure.Tests.Protocol;

/// <summary>Sizes are read as people write them, and limits agree with each other.</summary>
public sealed class SizeTests
{
    [Theory]
    [InlineData("80x24", 80, 24)]
    [InlineData("1x1", 1, 1)]
    [InlineData("1000X1000", 1000, 1000)]
    public void Terminal_sizes_are_read(string text, uint columns, uint rows)
    {
        Assert.True(SizeText.TryParseTerminal(text, out var readColumns, out var readRows));
        Assert.Equal((columns, rows), (readColumns, readRows));
    }

    [Theory]
    [InlineData("")]
    [InlineData("80")]
    [InlineData("80x")]
    [InlineData("x24")]
    [InlineData("0x24")]
    [InlineData("80x0")]
    [InlineData("1001x24")]
    [InlineData("80x1001")]
    [InlineData("-80x24")]
    [InlineData("80 x 24")]
    [InlineData("80x24x2")]
    [InlineData("4294967376x24")]
    public void Other_terminal_sizes_are_refused(string text)
    {
        Assert.False(SizeText.TryParseTerminal(text, out var columns, out var rows));
        Assert.Equal((0U, 0U), (columns, rows));
    }

    [Theory]
    [InlineData("0", 0)]
    [InlineData("65536", 65536)]
    [InlineData("64K", 65536)]
    [InlineData("4M", 4194304)]
    [InlineData("4m", 4194304)]
    [InlineData("1G", 1073741824)]
    public void Byte_sizes_are_read(string text, ulong expected)
    {
        Assert.True(SizeText.TryParseBytes(text, out var bytes));
        Assert.Equal(expected, bytes);
    }

    [Theory]
    [InlineData("")]
    [InlineData("M")]
    [InlineData("4MB")]
    [InlineData("-1")]
    [InlineData("1.5M")]
    [InlineData(" 4M")]
    [InlineData("18446744073709551616")]
    [InlineData("17179869184G")]
    public void Other_byte_sizes_are_refused(string text)
    {
        Assert.False(SizeText.TryParseBytes(text, out var bytes));
        Assert.Equal(0UL, bytes);
    }

    [Fact]
    public void What_is_printed_is_read_back() => Prop.ForAll<ulong, byte>((bytes, shift) =>
    {
        var value = bytes << (shift % 64);
        Assert.True(SizeText.TryParseBytes(SizeText.FormatBytes(value), out var read));
        Assert.Equal(value, read);
    }).QuickCheckThrowOnFailure();

    [Theory]
    [InlineData(32768, false)]
    [InlineData(65536, true)]
    [InlineData(65537, false)]
    [InlineData(1073741824, true)]
    [InlineData(2147483648, false)]
    public void Rings_are_powers_of_two_in_range(ulong bytes, bool valid) => Assert.Equal(valid, ProtocolLimits.IsRingBytes(bytes));

    [Fact]
    public void The_largest_answers_fit_a_frame()
    {
        const int KindAndHeader = 13;
        const int EnvelopeOverhead = 256;
        Assert.True(ProtocolLimits.MaxOutputDataBytes + KindAndHeader <= ProtocolLimits.MaxFrameBytes);
        Assert.True(ProtocolLimits.MaxHistoryBytes + EnvelopeOverhead <= ProtocolLimits.MaxFrameBytes);
        Assert.Equal(0, ProtocolLimits.InputWindowBytes % ProtocolLimits.MaxInputDataBytes);
        // 0 in a HistoryRequest means "that much": session.proto names the same number.
        Assert.Contains($"at most {ProtocolLimits.MaxHistoryBytes};", RepositoryFiles.Read("proto/holdfast/v1/session.proto"), StringComparison.Ordinal);
    }

    [Fact]
    public void The_current_version_is_supported_and_no_other()
    {
        Assert.True(ProtocolVersion.IsSupported(ProtocolVersion.Current));
        Assert.False(ProtocolVersion.IsSupported(0));
        Assert.False(ProtocolVersion.IsSupported(ProtocolVersion.Current + 1));
    }
}
