using Holdfast.TestKit;

namespace Holdfast.EndToEnd.Tests.Contract;

/// <summary>One daemon for a class whose tests leave each other alone: a session named `taken` runs in it. Owned by the class.</summary>
public sealed class SharedDaemon : IAsyncLifetime
{
    public DaemonProcess Daemon { get; } = new(("HOLDFAST_MAX_RING_BYTES", "64M"));

    public async ValueTask InitializeAsync() => (await Daemon.CliAsync("new", "taken", "-d", "--", "cat")).Succeeded();

    public ValueTask DisposeAsync() => Daemon.DisposeAsync();
}
