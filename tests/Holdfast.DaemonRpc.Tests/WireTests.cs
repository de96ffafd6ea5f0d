using Holdfast.DaemonRpc.Wire;

namespace Holdfast.DaemonRpc.Tests;

/// <summary>The frames as docs/daemon-rpc.md prints them, byte by byte; and what no side believes.</summary>
public sealed class WireTests
{
    [Fact]
    public void The_golden_frames_are_what_is_written()
    {
        Assert.Equal(
            "0000001201" + "0001" + "00" + "00000004746f6f6c" + "000000027431",
            Hex(new ClientVersion(1, Intent.Run, "tool", "t1").Encode()));
        Assert.Equal(
            "0000001601" + "0001" + "01" + "000004d2" + "000000000001e240" + "000000027430",
            Hex(new DaemonVersion(1, VersionAnswer.BuildDiffers, 1234, 123456, "t0").Encode()));
        Assert.Equal(
            "0000002c02" + "000000026869" + "00000002" + "000000012d" + "0000000161" + "000000042f746d70" + "00000001" + "000000025454" + "0000000178",
            Hex(new CommandMessage("hi"u8.ToArray(), ["-", "a"], "/tmp", [new("TT", "x")]).Encode()));
        Assert.Equal(
            "0000001505" + "0000000142" + "000000026e6f" + "00000000" + "0000004b" + "01",
            Hex(new CommandErrorMessage("B", "no", "", 75, NotBegun: true).Encode()));
        Assert.Equal("0000000506" + "0000002a", Hex(SmallFrames.Number(FrameKind.Exit, 42)));
        Assert.Equal("0000000107", Hex(SmallFrames.Empty(FrameKind.Cancel)));
        Assert.Equal("0000000108", Hex(SmallFrames.Empty(FrameKind.StatusRequest)));
        Assert.Equal("0000001209" + "00000001" + "00000003706964" + "000000023737", Hex(SmallFrames.Status([new("pid", "77")])));
        Assert.Equal("000000010a", Hex(SmallFrames.Empty(FrameKind.Stop)));
        Assert.Equal("000000050b" + "00000002", Hex(SmallFrames.Number(FrameKind.Stopping, 2)));
    }

    [Fact]
    public void What_was_written_is_read_again()
    {
        var hello = new ClientVersion(1, Intent.Control, "id", "2026");
        Assert.Equal(hello, ClientVersion.Decode(Payload(hello.Encode())));
        var answer = new DaemonVersion(1, VersionAnswer.Stopping, 7, ulong.MaxValue, "2026");
        Assert.Equal(answer, DaemonVersion.Decode(Payload(answer.Encode())));
        var error = new CommandErrorMessage("C", "täxt", "hint", -1, NotBegun: false);
        Assert.Equal(error, CommandErrorMessage.Decode(Payload(error.Encode())));
        var command = CommandMessage.Decode(Payload(new CommandMessage(new byte[] { 0, 255 }, ["ä"], "/", [new("A", "")]).Encode()));
        Assert.Equal([0, 255], command.Body.ToArray());
        Assert.Equal(("ä", "/", new KeyValuePair<string, string>("A", "")), (command.Arguments.Single(), command.WorkingDirectory, command.Environment.Single()));
    }

    [Fact]
    public void A_frame_cut_anywhere_is_refused_and_never_read_past_its_end()
    {
        var whole = Payload(new CommandMessage("hi"u8.ToArray(), ["a"], "/tmp", [new("T", "x")]).Encode());
        for (var length = 0; length < whole.Length; length++)
            Assert.Equal(WireException.Malformed, Assert.Throws<WireException>(() => CommandMessage.Decode(whole.AsSpan(0, length))).Code);
    }

    [Theory]
    [InlineData("ffffffff")]
    [InlineData("7fffffff")]
    [InlineData("00000000" + "7fffffff")]
    [InlineData("00000000" + "00000001" + "80000000")]
    public void No_length_is_believed(string payload) =>
        Assert.Throws<WireException>(() => CommandMessage.Decode(Convert.FromHexString(payload)));

    [Fact]
    public void A_text_that_is_no_text_is_refused() =>
        Assert.Throws<WireException>(() => ClientVersion.Decode(Convert.FromHexString("0001" + "00" + "00000001" + "ff" + "00000000")));

    private static string Hex(ReadOnlyMemory<byte> frame) => Convert.ToHexStringLower(frame.Span);

    private static byte[] Payload(ReadOnlyMemory<byte> frame) => frame[WireLimits.HeaderBytes..].ToArray();
}
