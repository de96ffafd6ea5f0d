using System.Text;
using System.Text.Json;
using Holdfast.Daemon.Journal;

namespace Holdfast.Pure.Tests.Journal;

/// <summary>A record is read as it was written, or not at all.</summary>
public sealed class RecordFormatTests
{
    private static readonly byte[] File = RecordFormat.Encode(Records.Of("work"));

    [Fact]
    public void A_record_comes_back_as_it_was_written()
    {
        Assert.Equal(RecordCondition.Good, RecordFormat.Read(File, out var record));
        Assert.Equal(File, RecordFormat.Encode(record!));
        Assert.Equal("títle", record!.Title);
        Assert.Equal(7, record.Exit!.Code);
        Assert.Equal("", record.Environment!["EMPTY"]);
    }

    [Fact]
    public void The_file_is_one_JSON_document_that_people_can_read()
    {
        using var document = JsonDocument.Parse(File);
        Assert.Equal(1, document.RootElement.GetProperty("version").GetInt32());
        Assert.StartsWith("crc32c:", document.RootElement.GetProperty("checksum").GetString(), StringComparison.Ordinal);
        Assert.Equal("work", document.RootElement.GetProperty("record").GetProperty("name").GetString());
        Assert.Contains("\n  \"ring_bytes\": 4194304,", Encoding.UTF8.GetString(File), StringComparison.Ordinal);
    }

    [Fact]
    public void Cut_at_any_byte_it_is_damaged()
    {
        for (var length = 0; length < File.Length; length++)
            Assert.Equal(RecordCondition.Damaged, RecordFormat.Read(File.AsSpan(0, length), out _));
    }

    [Fact]
    public void With_any_bit_flipped_it_is_damaged_and_never_newer()
    {
        for (var bit = 0; bit < File.Length * 8; bit++)
        {
            var flipped = (byte[])File.Clone();
            flipped[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.Equal(RecordCondition.Damaged, RecordFormat.Read(flipped, out var record));
            Assert.Null(record);
        }
    }

    [Fact]
    public void With_anything_after_its_end_it_is_damaged() => Assert.Equal(RecordCondition.Damaged, RecordFormat.Read([.. File, .. "\n"u8], out _));

    [Theory]
    [InlineData(2)]
    [InlineData(999999)]
    public void A_later_version_is_known_as_one(int version)
    {
        Assert.Equal(RecordCondition.Newer, RecordFormat.Read(RecordFormat.Seal(version, "{\"shape\":\"unknown\"}"u8), out var record));
        Assert.Null(record);
    }

    [Fact]
    public void Whole_JSON_that_is_no_record_is_damaged() =>
        Assert.Equal(RecordCondition.Damaged, RecordFormat.Read(RecordFormat.Seal(RecordFormat.Version, "{\"name\":1}"u8), out _));
}
