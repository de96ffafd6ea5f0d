namespace Holdfast.Kernel.Tests;

/// <summary>A directory of one test, removed with everything in it. Its path is short, because socket addresses are.</summary>
internal sealed class TestDirectory : IDisposable
{
    public string Root { get; } = Directory.CreateTempSubdirectory("hf").FullName;

    public string At(string name) => Path.Combine(Root, name);

    public void Dispose() => Directory.Delete(Root, recursive: true);
}
