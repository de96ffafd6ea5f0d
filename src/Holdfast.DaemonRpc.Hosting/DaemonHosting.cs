using System.Diagnostics.CodeAnalysis;
using Holdfast.DaemonRpc.Server;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;

namespace Holdfast.DaemonRpc.Hosting;

/// <summary>Adds a daemon to a host. Stateless.</summary>
public static class DaemonHosting
{
    /// <summary>
    /// The daemon runs as long as the host, and the host as long as the daemon: what ends one ends the other, so that no process stays behind with
    /// the daemon's lock. The host takes care of signals, and disposes the handler, which is a singleton of its container.
    /// </summary>
    public static IServiceCollection AddDaemonServer<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] THandler>(
        this IServiceCollection services, LaunchArguments launch, DaemonServerOptions? options = null)
        where THandler : class, ICommandHandler
    {
        services.TryAddSingleton<THandler>();
        return services.AddHostedService(provider => new DaemonService(
            launch,
            provider.GetRequiredService<THandler>(),
            (options ?? new DaemonServerOptions()) with { HandleSignals = false },
            provider.GetRequiredService<IHostApplicationLifetime>()));
    }
}
