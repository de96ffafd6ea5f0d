using System.Globalization;
using Holdfast.Linux;
using Holdfast.Linux.Files;
using Holdfast.Linux.Memory;
using Xunit;

namespace Holdfast.Kernel.Tests;

/// <summary>Memory files and their mappings: what a ring rests on.</summary>
public sealed class MemoryTests
{
    private const int Length = 8 << 20;

    // Memory the kernel moves in batches is counted late; a quarter of the range is no accident either way.
    private const long Noticeable = Length / 4 * 3;

    [Fact]
    public void A_memory_file_is_zero_has_its_size_is_closed_on_exec_and_neither_shrinks_nor_grows()
    {
        using var fd = MemoryFile.Create("holdfast-test", 8192);
        using var mapping = SharedMapping.Map(fd, 0, 8192);

        Assert.Equal(8192, FileSystem.Stat(fd).Size);
        Assert.True(ProcFd.ClosesOnExec(fd));
        Assert.Equal(-1, mapping.Memory.Span.IndexOfAnyExcept((byte)0));
        var shrink = Assert.Throws<LinuxException>(() => FileSystem.Open($"/proc/self/fd/{fd.Number}", OpenFlags.ReadWrite | OpenFlags.Truncate));
        Assert.Equal(Errno.EPERM, shrink.Error);
        Assert.Equal(8192, FileSystem.Write(fd, new byte[8192]).Count);
        Assert.Equal(Errno.EPERM, FileSystem.Write(fd, new byte[1]).Error);
        Assert.Equal(8192, FileSystem.Stat(fd).Size);
    }

    [Fact]
    public void The_two_halves_of_a_double_mapping_are_the_same_memory()
    {
        using var fd = MemoryFile.Create("holdfast-test", 3 * 65536);
        using var twice = SharedMapping.MapTwice(fd, 65536, 65536);
        using var whole = SharedMapping.Map(fd, 0, 3 * 65536);
        var span = twice.Memory.Span;
        Assert.Equal(2 * 65536, span.Length);

        "around the edge"u8.CopyTo(span[(65536 - 6)..]);
        span[65536 + 1000] = 7;

        Assert.True(span[..9].SequenceEqual(" the edge"u8));
        Assert.Equal(7, span[1000]);
        Assert.Equal(7, whole.Memory.Span[65536 + 1000]);
        Assert.Equal(0, whole.Memory.Span[1000]);
        Assert.Equal(0, whole.Memory.Span[(2 * 65536) + 1000]);
    }

    [Fact]
    public void Two_mappings_of_one_file_share_and_a_read_only_one_sees_it_too()
    {
        using var fd = MemoryFile.Create("holdfast-test", 4096);
        using var copy = fd.Duplicate();
        using var one = SharedMapping.Map(fd, 0, 4096);
        using var other = SharedMapping.Map(copy, 0, 4096, writable: false);
        one.Memory.Span[17] = 99;

        Assert.Equal(99, other.Memory.Span[17]);
    }

    [Fact]
    public void Populated_pages_are_present_before_the_first_write()
    {
        using var fd = MemoryFile.Create("holdfast-test", Length);
        using var mapping = SharedMapping.Map(fd, 0, Length);
        var before = SharedResident();

        mapping.Populate(100, Length - 100);

        Assert.True(SharedResident() - before >= Noticeable);
    }

    [Fact]
    public void Release_takes_the_pages_out_of_this_process_and_keeps_their_content()
    {
        using var fd = MemoryFile.Create("holdfast-test", Length);
        using var twice = SharedMapping.MapTwice(fd, 0, Length);
        twice.Memory.Span.Fill(0x5A);
        var before = SharedResident();

        twice.Release();

        Assert.True(before - SharedResident() >= Noticeable);
        Assert.Equal(-1, twice.Memory.Span.IndexOfAnyExcept((byte)0x5A));
    }

    [Fact]
    public void A_punched_range_reads_as_zero_and_the_rest_stays_and_so_does_the_size()
    {
        using var fd = MemoryFile.Create("holdfast-test", 4 * 65536);
        using var mapping = SharedMapping.Map(fd, 0, 4 * 65536);
        mapping.Memory.Span.Fill(1);

        MemoryFile.Punch(fd, 65536, 2 * 65536);

        var span = mapping.Memory.Span;
        Assert.Equal(-1, span.Slice(65536, 2 * 65536).IndexOfAnyExcept((byte)0));
        Assert.Equal(-1, span[..65536].IndexOfAnyExcept((byte)1));
        Assert.Equal(-1, span[(3 * 65536)..].IndexOfAnyExcept((byte)1));
        Assert.Equal(4 * 65536, FileSystem.Stat(fd).Size);
    }

    [Fact]
    public void No_mapping_of_ours_is_written_to_a_core_file()
    {
        using var fd = MemoryFile.Create("holdfast-dump-test", 65536);
        using var one = SharedMapping.Map(fd, 0, 65536);
        using var twice = SharedMapping.MapTwice(fd, 0, 65536);

        Assert.Equal(["dd", "dd", "dd"], DumpFlags("holdfast-dump-test"));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(300_000)]
    public void Content_in_a_memory_file_comes_back_whole(int bytes)
    {
        var content = new byte[bytes];
        new Random(7).NextBytes(content);
        using var fd = MemoryFile.FromBytes("holdfast-test", content);

        Assert.True(ProcFd.ClosesOnExec(fd));
        Assert.Equal(content, MemoryFile.ReadAll(fd));
    }

    [Fact]
    public void A_mapping_that_cannot_be_is_an_error()
    {
        using var pipe = TransferPipe.Create();
        Assert.Equal(Errno.ENODEV, Assert.Throws<LinuxException>(() => SharedMapping.Map(pipe.ReadEnd, 0, 4096, writable: false)).Error);
    }

    private static long SharedResident()
    {
        var line = File.ReadLines("/proc/self/status").First(l => l.StartsWith("RssShmem:", StringComparison.Ordinal));
        return 1024 * long.Parse(line["RssShmem:".Length..].Replace("kB", "", StringComparison.Ordinal).Trim(), CultureInfo.InvariantCulture);
    }

    private static List<string> DumpFlags(string name)
    {
        var flags = new List<string>();
        var inside = false;
        foreach (var line in File.ReadLines("/proc/self/smaps"))
        {
            if (line.StartsWith("VmFlags:", StringComparison.Ordinal))
            {
                if (inside)
                    flags.Add(line.Contains(" dd", StringComparison.Ordinal) ? "dd" : "dumped");
                inside = false;
            }
            inside |= line.Contains($"/memfd:{name}", StringComparison.Ordinal);
        }
        return flags;
    }
}
