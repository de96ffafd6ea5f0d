using System.Buffers;
using System.Text;
using Holdfast.Terminal.Queries;

namespace Holdfast.Terminal.Tests;

public sealed class QueryFilterTests
{
    [Theory]
    [InlineData("a\e[cb", "ab")]
    [InlineData("a\e[0c\e[>c\e[=cb", "ab")]
    [InlineData("a\e[6n\e[5n\e[?6nb", "ab")]
    [InlineData("a\e[?2004$p\e[4$pb", "ab")]
    [InlineData("a\eP$qm\e\\b\eP+q544e\e\\c", "abc")]
    [InlineData("a\e[>q\e[?ub", "ab")]
    [InlineData("a\e]10;?\a\e]11;?\e\\\e]4;1;?\ab", "ab")]
    [InlineData("a\e[18t\e[14tb", "ab")]
    [InlineData("\e[31mred\e[0m \e]0;title\a\e[?1049h世界\e[5;5H", "\e[31mred\e[0m \e]0;title\a\e[?1049h世界\e[5;5H")]
    [InlineData("\e]10;#fff\a\eP1$r0m\e\\x\e_apc\e\\", "\e]10;#fff\a\eP1$r0m\e\\x\e_apc\e\\")]
    public void Queries_are_left_out_and_all_else_passes_however_it_is_cut(string output, string expected)
    {
        var bytes = Encoding.UTF8.GetBytes(output);
        for (var cut = 0; cut <= bytes.Length; cut++)
        {
            var filter = new QueryFilter();
            var passed = new ArrayBufferWriter<byte>();
            filter.Write(bytes.AsSpan(0, cut), passed);
            filter.Write(bytes.AsSpan(cut), passed);
            filter.Flush(passed);
            Assert.Equal(expected, Encoding.UTF8.GetString(passed.WrittenSpan));
        }
    }

    [Fact]
    public void What_may_become_a_query_is_held_back_until_it_is_known_or_nothing_more_comes()
    {
        var filter = new QueryFilter();
        var passed = new ArrayBufferWriter<byte>();
        filter.Write("text\e["u8, passed);
        Assert.Equal("text", Encoding.UTF8.GetString(passed.WrittenSpan));
        filter.Flush(passed);
        Assert.Equal("text\e[", Encoding.UTF8.GetString(passed.WrittenSpan));
    }
}
