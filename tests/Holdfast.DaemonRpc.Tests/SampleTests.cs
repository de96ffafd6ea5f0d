using System.Diagnostics;

namespace Holdfast.DaemonRpc.Tests;

/// <summary>samples/warm-grep: warm answers are those of a search that reads everything, whatever changed meanwhile.</summary>
public sealed class SampleTests : IDisposable
{
    private readonly ToolPlace _place = new("warm-grep");
    private readonly string _folder;

    public SampleTests()
    {
        _folder = Directory.CreateDirectory(Path.Combine(_place.Root, "text", "below")).Parent!.FullName;
        Write("a.txt", "one needle\nnothing\nneedle needle\n");
        Write("below/b.txt", "no end of line after this needle");
        Write("binary", "needle\0");
        Write("c.txt", "needl\n");
    }

    [Fact]
    public async Task A_warm_search_finds_what_a_cold_one_finds_also_after_changes()
    {
        Assert.Equal("a.txt:1:one needle\na.txt:3:needle needle\nbelow/b.txt:1:no end of line after this needle\n", await WarmAsync("needle"));
        var daemon = Assert.Single(_place.Daemons());
        // Of the same length: only the time tells.
        Write("c.txt", "eedle\n");
        Assert.Equal(await ColdAsync("eedle"), await WarmAsync("eedle"));
        Write("c.txt", "needl\n");
        Assert.Equal(await ColdAsync("needl"), await WarmAsync("needl"));
        Write("below/new/d.txt", "needle\n");
        File.Delete(Path.Combine(_folder, "a.txt"));
        Assert.Equal(await ColdAsync("needle"), await WarmAsync("needle"));
        Assert.Equal("below/new/d.txt:1:needle\n", (await WarmAsync("needle"))[^25..]);
        Directory.Delete(Path.Combine(_folder, "below"), recursive: true);
        Assert.Equal("", await WarmAsync("needle", 1));
        Assert.Equal([daemon], _place.Daemons());
    }

    public void Dispose() => _place.Dispose();

    private void Write(string name, string text)
    {
        var path = Path.Combine(_folder, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
    }

    private Task<string> WarmAsync(string text, int exitCode = 0) => RunAsync(exitCode, text, _folder);

    private Task<string> ColdAsync(string text) => RunAsync(0, "--cold", text, _folder);

    private async Task<string> RunAsync(int exitCode, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, "warm-grep"), arguments)
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment = { ["DAEMON_RPC_DIR"] = _place.Variables["DAEMON_RPC_DIR"] },
        })!;
        var result = await ToolPlace.EndAsync(process);
        Assert.True(result.ExitCode == exitCode, result.Error + _place.Log);
        return result.Text;
    }
}
