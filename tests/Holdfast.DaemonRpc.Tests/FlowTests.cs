using System.Globalization;
using System.Text;
using Holdfast.DaemonRpc.Client;

namespace Holdfast.DaemonRpc.Tests;

/// <summary>Much output, slow readers, many calls: the daemon stays as small as it was.</summary>
public sealed class FlowTests : IDisposable
{
    private const long Gibibyte = 1024L * 1024 * 1024;

    // Far below what is streamed, far above what a runtime's own pools take.
    private const long MostGrowth = 48 * 1024 * 1024;

    private readonly ToolPlace _place = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_slow_reader_of_a_gibibyte_does_not_make_the_daemon_grow()
    {
        var (before, _) = await MemoryAsync();
        using var client = _place.Start("stream", $"{Gibibyte}");
        var buffer = new byte[256 * 1024];
        var read = await client.StandardOutput.BaseStream.ReadAsync(buffer, Cancel);
        // Now it does not read: what the pipe and the socket hold is all that is on its way while other commands are served.
        for (var i = 0; i < 5; i++)
            Assert.InRange((await MemoryAsync()).Bytes, 0, before + MostGrowth);
        var total = (long)read;
        while ((read = await client.StandardOutput.BaseStream.ReadAsync(buffer, Cancel)) > 0)
            total += read;
        Assert.Equal(Gibibyte, total);
        await client.WaitForExitAsync(Cancel);
        Assert.Equal(0, client.ExitCode);
        Assert.InRange((await MemoryAsync()).Bytes, 0, before + MostGrowth);
    }

    [Fact]
    public async Task A_reader_that_closes_its_pipe_ends_the_command_quietly()
    {
        using var client = _place.Start("stream", $"{100 * Gibibyte}");
        await client.StandardOutput.BaseStream.ReadExactlyAsync(new byte[1000], Cancel);
        client.StandardOutput.Close();
        await client.WaitForExitAsync(Cancel);
        Assert.Equal((141, ""), (client.ExitCode, await client.StandardError.ReadToEndAsync(Cancel)));
    }

    [Fact]
    public async Task Ten_thousand_warm_calls_leak_nothing()
    {
        var client = Client();
        await _place.DaemonPidAsync();
        for (var i = 0; i < 1000; i++)
            await CallAsync(client);
        var (bytes, descriptors) = await MemoryAsync();
        for (var i = 0; i < 9000; i++)
            await CallAsync(client);
        var (bytesAfter, descriptorsAfter) = await MemoryAsync();
        Assert.InRange(descriptorsAfter, 0, descriptors + 2);
        Assert.InRange(bytesAfter, 0, bytes + (16 * 1024 * 1024));
    }

    public void Dispose() => _place.Dispose();

    private static async Task CallAsync(DaemonClient client)
    {
        using var output = new MemoryStream();
        Assert.Equal(0, await client.ExecuteAsync(CommandRequest.Of("hello", "echo"), output, Stream.Null, Cancel));
        Assert.Equal("hello", Encoding.UTF8.GetString(output.ToArray()));
    }

    private DaemonClient Client()
    {
        _place.Set("BUILD", "flow");
        return new DaemonClient(new DaemonClientOptions { DaemonId = "test-tool", Directory = _place.Place.Parent, BuildTimestamp = "flow", NoSpawn = true });
    }

    private async Task<(long Bytes, int Descriptors)> MemoryAsync()
    {
        var result = await _place.RunAsync("memory");
        Assert.True(result.ExitCode == 0, result.Error);
        var words = result.Text.Split(' ');
        return (long.Parse(words[0], CultureInfo.InvariantCulture), int.Parse(words[1], CultureInfo.InvariantCulture));
    }
}
