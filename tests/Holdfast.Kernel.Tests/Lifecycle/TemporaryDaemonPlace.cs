using Holdfast.DaemonRpc.Lifecycle;

namespace Holdfast.Kernel.Tests.Lifecycle;

/// <summary>Directories for a daemon of one test; owned by the test, removed at its end.</summary>
public sealed class TemporaryDaemonPlace : IDisposable
{
    public TemporaryDaemonPlace()
    {
        Root = Directory.CreateTempSubdirectory("holdfast-test-").FullName;
        Paths = DaemonPaths.From(name => name switch
        {
            "HOLDFAST_RUNTIME_DIR" => Path.Combine(Root, "run"),
            "HOLDFAST_STATE_DIR" => Path.Combine(Root, "state"),
            _ => null,
        });
    }

    public string Root { get; }

    public DaemonPaths Paths { get; }

    /// <summary>A keeper that is this shell script; its arguments and descriptors are those of a real one.</summary>
    public StarterOptions KeeperScript(string script)
    {
        var file = Path.Combine(Root, "keeper");
        File.WriteAllText(file, $"#!/bin/sh\n{script}\n");
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        return new StarterOptions { KeeperBinary = file, DaemonBinary = "/nonexistent/daemon", Paths = Paths };
    }

    public void Dispose() => Directory.Delete(Root, recursive: true);
}
