using Holdfast.Protocol;

namespace Holdfast.Pure.Tests.Protocol;

/// <summary>Signals are understood however people write them, with the numbers of signal(7).</summary>
public sealed class SignalNamesTests
{
    [Theory]
    [InlineData("HUP", 1)]
    [InlineData("SIGINT", 2)]
    [InlineData("kill", 9)]
    [InlineData("SigTerm", 15)]
    [InlineData("15", 15)]
    [InlineData("CHLD", 17)]
    [InlineData("CLD", 17)]
    [InlineData("CONT", 18)]
    [InlineData("STOP", 19)]
    [InlineData("WINCH", 28)]
    [InlineData("POLL", 29)]
    [InlineData("SYS", 31)]
    [InlineData("IOT", 6)]
    [InlineData("RTMIN", 34)]
    [InlineData("SIGRTMIN+2", 36)]
    [InlineData("rtmax-1", 63)]
    [InlineData("RTMAX", 64)]
    [InlineData("64", 64)]
    public void Names_and_numbers_are_read(string text, int expected)
    {
        Assert.True(SignalNames.TryParse(text, out var signal));
        Assert.Equal(expected, signal);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("SIG")]
    [InlineData("0")]
    [InlineData("-9")]
    [InlineData("+9")]
    [InlineData(" 9")]
    [InlineData("65")]
    [InlineData("99999999999")]
    [InlineData("SIGSIGTERM")]
    [InlineData("SIG9")]
    [InlineData("NOPE")]
    [InlineData("RTMIN+31")]
    [InlineData("RTMAX-31")]
    [InlineData("RTMIN+")]
    [InlineData("RTMIN-1")]
    public void Anything_else_is_no_signal(string? text)
    {
        Assert.False(SignalNames.TryParse(text, out var signal));
        Assert.Equal(0, signal);
    }

    [Fact]
    public void What_is_printed_is_read_back()
    {
        for (var signal = 1; signal <= SignalNames.Max; signal++)
        {
            Assert.True(SignalNames.TryParse(SignalNames.Format(signal), out var read));
            Assert.Equal(signal, read);
        }
    }

    [Theory]
    [InlineData(15, "TERM")]
    [InlineData(32, "32")]
    [InlineData(34, "RTMIN")]
    [InlineData(50, "RTMAX-14")]
    [InlineData(0, "0")]
    [InlineData(-1, "-1")]
    public void Numbers_are_printed_as_kill_prints_them(int signal, string expected) => Assert.Equal(expected, SignalNames.Format(signal));
}
