using System.Security.Cryptography;
using Holdfast.TestKit;

namespace Holdfast.EndToEnd.Tests.Input;

/// <summary>Much input arrives whole.</summary>
public sealed class BulkInputTests
{
    // Shorter than the 4095 bytes that the line discipline takes in a line.
    private const int LineBytes = 1024;

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(4);

    [Fact]
    public async Task Sixty_four_megabytes_from_standard_input_arrive_byte_exact_in_a_file()
    {
        await using var daemon = new DaemonProcess();
        var sent = Lines(64 * 1024);
        (await daemon.CliAsync("new", "sink", "-d", "--", "sh", "-c", "cat > arrived")).Succeeded();
        await using (var sending = daemon.StartCli("send", "sink", "--stdin"))
        {
            await sending.Input.WriteAsync(sent);
            sending.Input.Close();
            (await sending.EndAsync(Patience)).Succeeded();
        }
        (await daemon.CliAsync("send", "sink", "\u0004")).Succeeded();
        Assert.Equal(0, (await daemon.CliAsync("wait", "sink", "--exit")).ExitCode);
        var arrived = await File.ReadAllBytesAsync(Path.Combine(daemon.Directory, "arrived"));
        Assert.Equal(sent.Length, arrived.Length);
        Assert.Equal(SHA256.HashData(sent), SHA256.HashData(arrived));
    }

    [Fact]
    public async Task A_megabyte_of_random_bytes_goes_in_and_comes_out_of_a_raw_terminal_unchanged()
    {
        await using var daemon = new DaemonProcess();
        await using var client = await daemon.ConnectAsync();
        await client.CreateAsync(daemon.Shell("mirror", "stty raw -echo; printf ready; exec cat"));
        await using var mirror = await Transcript.OfAsync(client, "mirror");
        await mirror.UntilAsync("ready");
        mirror.Clear();
        var sent = new byte[1024 * 1024];
        new Random(20).NextBytes(sent);
        var writing = mirror.TypeAsync(sent);
        await mirror.UntilBytesAsync(sent.Length);
        await writing;
        Assert.True(sent.AsSpan().SequenceEqual(mirror.Bytes), "what came back differs");
    }

    private static byte[] Lines(int count)
    {
        var random = new Random(64);
        var bytes = new byte[count * LineBytes];
        for (var i = 0; i < bytes.Length; i++)
            bytes[i] = i % LineBytes == LineBytes - 1 ? (byte)'\n' : (byte)random.Next('!', '~' + 1);
        return bytes;
    }
}
