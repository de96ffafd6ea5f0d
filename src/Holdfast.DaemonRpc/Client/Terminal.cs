using System.Runtime.InteropServices;

namespace Holdfast.DaemonRpc.Client;

/// <summary>A command as a program at a terminal runs it: standard streams, Ctrl-C, failures in words. Stateless.</summary>
internal static class Terminal
{
    public static async Task<int> RunAsync(DaemonClient client, CommandRequest request)
    {
        using var cancelled = new CancellationTokenSource();
        var interrupts = 0;
        using var registration = PosixSignalRegistration.Create(PosixSignal.SIGINT, context =>
        {
            // The second one means what it always means: the end, at once.
            context.Cancel = Interlocked.Increment(ref interrupts) == 1;
            if (context.Cancel)
                cancelled.Cancel();
        });
        await using var stdout = new StandardStream(1);
        await using var stderr = new StandardStream(2);
        return await GuardAsync(() => client.ExecuteAsync(request, stdout, stderr, cancelled.Token));
    }

    /// <summary>Turns a failure into lines on standard error and its exit code.</summary>
    public static async Task<int> GuardAsync(Func<Task<int>> action)
    {
        try
        {
            return await action();
        }
        catch (DaemonException e)
        {
            Tell(e);
            return e.ExitCode;
        }
        catch (OperationCanceledException)
        {
            return ExitCodes.Cancelled;
        }
    }

    private static void Tell(DaemonException e)
    {
        // Who closed our output or pressed Ctrl-C knows.
        if (e.ExitCode == ExitCodes.OutputClosed || e.Code == "CANCELLED" && e.Hint is null)
            return;
        Console.Error.WriteLine($"{Path.GetFileName(Environment.ProcessPath)}: {e.Message} ({e.Code})");
        if (!string.IsNullOrEmpty(e.Hint))
            Console.Error.WriteLine($"hint: {e.Hint}");
    }
}
