using System.Text;
using Holdfast.Client;
using Holdfast.Protocol.V1;

namespace BuildWorker;

/// <summary>
/// Runs builds, so many at once, each in a session of its own. Owned by the program, one call at a time. A build outlives the worker and the daemon:
/// a worker that is started again finds it by its key and collects its exit code.
/// </summary>
internal sealed class BuildQueue(HoldfastClient client, int atOnce)
{
    public async Task<IReadOnlyList<BuildResult>> RunAsync(IEnumerable<Build> builds)
    {
        using var places = new SemaphoreSlim(atOnce);
        return await Task.WhenAll(builds.Select(async build =>
        {
            await places.WaitAsync();
            try
            {
                return await RunAsync(build);
            }
            finally
            {
                places.Release();
            }
        }));
    }

    private async Task<BuildResult> RunAsync(Build build)
    {
        var request = new CreateRequest
        {
            Name = build.Name,
            Command = { "/bin/sh", "-c", build.Command },
            // Not from the worker before, and not a second one: the session with this key.
            CreationKey = $"build-worker {build.Name} {build.Command}",
            Restore = RestorePolicy.RestoreNever,
        };
        var session = await client.CreateAsync(request);
        var ended = await client.WaitForExitAsync(session.Id);
        var screen = await client.SnapshotAsync(session.Id);
        // The session is kept until its result was collected, and no longer.
        await client.KillAsync(session.Id);
        return new BuildResult(build, ended.Exit, LastLine(screen));
    }

    private static string LastLine(ScreenSnapshot screen) =>
        Encoding.UTF8.GetString(screen.Data.Span).Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).LastOrDefault() ?? "";
}
