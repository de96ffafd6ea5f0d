using System.Diagnostics;
using System.Text;

namespace Holdfast.Kernel.Tests.Lifecycle;

/// <summary>A FIFO between a test and a script: whoever opens it waits for the other, which is what tests wait by.</summary>
public sealed class NamedPipe
{
    public NamedPipe(string directory, string name)
    {
        FilePath = Path.Combine(directory, name);
        Run("mkfifo", FilePath);
    }

    public string FilePath { get; }

    /// <summary>All that the script writes until it closes.</summary>
    public Task<string> ReadAsync(CancellationToken cancellationToken) => File.ReadAllTextAsync(FilePath, cancellationToken);

    public Task WriteAsync(string text, CancellationToken cancellationToken) =>
        Task.Run(
            () =>
            {
                using var stream = new FileStream(FilePath, FileMode.Open, FileAccess.Write);
                stream.Write(Encoding.UTF8.GetBytes(text));
            },
            cancellationToken);

    public static void Run(string program, params string[] arguments)
    {
        using var process = Process.Start(program, arguments);
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
    }
}
