using Holdfast.DaemonRpc.Client;

namespace Holdfast.DaemonRpc.Verbs;

/// <summary>`status`, `stop`, `restart` and `logs` for the command line of whoever uses the library. Stateless.</summary>
public static class DaemonVerbs
{
    // The end of a log that fits a terminal.
    private const int LogLines = 40;

    // LSB: a program that is not running.
    private const int NotRunning = 3;

    /// <summary>Runs the verb; false where it is none. Only `restart` ever starts a daemon.</summary>
    public static bool TryRun(DaemonClient client, string verb, out Task<int> run)
    {
        Func<Task<int>>? action = verb switch
        {
            "status" => () => StatusAsync(client),
            "stop" => () => StopAsync(client),
            "restart" => () => RestartAsync(client),
            "logs" => () => Task.FromResult(Logs(client)),
            _ => null,
        };
        run = action is null ? Task.FromResult(0) : Terminal.GuardAsync(action);
        return action is not null;
    }

    private static async Task<int> StatusAsync(DaemonClient client)
    {
        if (await client.Control.StatusAsync() is not { } facts)
        {
            Console.WriteLine($"daemon {client.Place.Id} does not run");
            return NotRunning;
        }
        foreach (var (name, value) in facts)
            Console.WriteLine($"{name,-15} {value}");
        Console.WriteLine($"{"log",-15} {client.Place.LogFile}");
        return 0;
    }

    private static async Task<int> StopAsync(DaemonClient client)
    {
        Console.WriteLine(await client.Control.StopAsync() switch
        {
            StopResult.NotRunning => $"daemon {client.Place.Id} does not run",
            StopResult.Killed => $"daemon {client.Place.Id} did not end when asked, and was killed",
            _ => $"daemon {client.Place.Id} ended",
        });
        return 0;
    }

    private static async Task<int> RestartAsync(DaemonClient client)
    {
        await client.Control.StopAsync();
        await client.WarmAsync();
        return await StatusAsync(client);
    }

    private static int Logs(DaemonClient client)
    {
        if (!File.Exists(client.Place.LogFile))
        {
            Console.Error.WriteLine($"no log at {client.Place.LogFile}");
            return NotRunning;
        }
        foreach (var line in File.ReadLines(client.Place.LogFile).TakeLast(LogLines))
            Console.WriteLine(line);
        return 0;
    }
}
