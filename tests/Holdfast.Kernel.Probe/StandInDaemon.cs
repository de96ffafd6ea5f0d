using Holdfast.Linux;
using Holdfast.Linux.Events;
using Holdfast.Linux.Sockets;

namespace Holdfast.Kernel.Probe;

/// <summary>
/// Stands in for the daemon under a real keeper: hands its end of the control channel to the test, which speaks for it, and ends when the
/// test says how. Lives until then, until it is killed, or until the test is gone.
/// </summary>
internal static class StandInDaemon
{
    private const int ControlDescriptor = 3;

    public static int Run()
    {
        var relay = Environment.GetEnvironmentVariable("HOLDFAST_TEST_RELAY") ?? "";
        if (UnixSocket.TryConnect(relay, out var connection) != Errno.None)
            return 70;
        using var test = new FdChannel(connection!);
        // Only the test has it then: the keeper sees it close with the test's copy, and this process' death by the pidfd alone.
        using (var control = new Fd(ControlDescriptor))
            test.Send(BitConverter.GetBytes(Environment.ProcessId), [control]);
        using var epoll = new Epoll(1);
        epoll.Add(test.Fd, Readiness.Readable, 1);
        while (epoll.Wait(-1) == 0)
        {
            // Interrupted: wait on.
        }
        var code = new byte[1];
        return test.Receive(code, []).Result.Count == 1 ? code[0] : 71;
    }
}
