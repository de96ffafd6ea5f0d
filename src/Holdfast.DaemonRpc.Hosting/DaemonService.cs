using Holdfast.DaemonRpc.Server;
using Microsoft.Extensions.Hosting;

namespace Holdfast.DaemonRpc.Hosting;

/// <summary>The running daemon in its host. Owned by the host; ends it when the daemon ends by itself: idle, asked to stop, or unreachable.</summary>
internal sealed class DaemonService(LaunchArguments launch, ICommandHandler handler, DaemonServerOptions options, IHostApplicationLifetime host) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await new DaemonServer(launch, new Shared(handler), options).RunAsync(stoppingToken);
        host.StopApplication();
    }

    /// <summary>The handler, of which the server must not dispose: its container does. Owned by the service.</summary>
    private sealed class Shared(ICommandHandler inner) : ICommandHandler
    {
        public Task<int> HandleAsync(CommandContext context, CancellationToken cancellationToken) => inner.HandleAsync(context, cancellationToken);
    }
}
