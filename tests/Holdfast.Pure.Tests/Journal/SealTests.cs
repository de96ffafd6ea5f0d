using Holdfast.Daemon.Journal;

namespace Holdfast.Pure.Tests.Journal;

/// <summary>Screens and outputs are read as they were written, or not at all.</summary>
public sealed class SealTests
{
    private static readonly byte[] Content = [.. Enumerable.Range(0, 300).Select(i => (byte)i)];
    private static readonly Seal Written = new(SealedKind.Output, 12, ulong.MaxValue);

    private static byte[] File => [.. Content, .. Written.Close(Crc32C.Empty.Add(Content))];

    [Fact]
    public void What_was_sealed_comes_back()
    {
        Assert.True(Seal.TryOpen(SealedKind.Output, File, out var seal, out var content));
        Assert.Equal(Written, seal);
        Assert.Equal(Content, content.ToArray());
        Assert.Equal(Content.Length + Seal.Bytes, File.Length);
    }

    [Fact]
    public void One_kind_is_never_taken_for_the_other() => Assert.False(Seal.TryOpen(SealedKind.Screen, File, out _, out _));

    [Fact]
    public void Cut_or_with_a_bit_flipped_it_is_refused()
    {
        var file = File;
        for (var length = 0; length < file.Length; length++)
            Assert.False(Seal.TryOpen(SealedKind.Output, file.AsSpan(0, length), out _, out _));
        for (var bit = 0; bit < file.Length * 8; bit++)
        {
            file[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.False(Seal.TryOpen(SealedKind.Output, file, out _, out _));
            file[bit / 8] ^= (byte)(1 << (bit % 8));
        }
    }

    [Fact]
    public void A_checksum_in_pieces_is_that_of_the_whole()
    {
        // Known for the digits 1 to 9.
        Assert.Equal(0xE3069283u, Crc32C.Empty.Add("123456789"u8).Value);
        for (var cut = 0; cut <= Content.Length; cut++)
            Assert.Equal(Crc32C.Empty.Add(Content).Value, Crc32C.Empty.Add(Content.AsSpan(0, cut)).Add(Content.AsSpan(cut)).Value);
    }
}
