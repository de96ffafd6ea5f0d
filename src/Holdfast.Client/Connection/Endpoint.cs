using System.Net.Sockets;
using Holdfast.DaemonRpc.Lifecycle;
using Holdfast.Protocol;
using Holdfast.Protocol.Errors;
using Holdfast.Protocol.V1;

namespace Holdfast.Client.Connection;

/// <summary>
/// Opens sockets to the daemon and reads its token, for one series of attempts.
/// Made and owned by the link maker for that series, one thread at a time.
/// </summary>
internal sealed class Endpoint(HoldfastClientOptions options)
{
    private readonly StarterOptions? _starter = options.Dial is null ? InstalledDaemon.Starter(options) : null;
    private readonly StartWitness? _witness = WitnessOf(options);

    /// <summary>What to say where no attempt was welcomed: with what a daemon that cannot start said itself.</summary>
    public HoldfastException NoDaemon(TimeSpan deadline)
    {
        if (_witness is null || _witness.Logged().Length == 0)
            return Faults.NoDaemon(deadline);
        var failure = _witness.NeverReady($"no daemon answered within {deadline.TotalSeconds:0.#} s");
        return new HoldfastException(ErrorCode.DaemonStartFailed, failure.Message, null, failure);
    }

    public async Task<Socket> DialAsync(TimeSpan deadline, CancellationToken cancellation)
    {
        if (options.Dial is { } dial)
            return await dial(deadline, cancellation);
        try
        {
            return await DaemonDialer.ConnectAsync(options.Paths, _starter, deadline, cancellation, _witness);
        }
        catch (LifecycleException e)
        {
            throw new HoldfastException(CodeNamed(e.Code), e.Message, e.Hint, e);
        }
    }

    /// <summary>The token, or <c>null</c> while the first daemon of a new directory has not written it yet.</summary>
    public string? ReadToken()
    {
        if (options.Dial is not null && !File.Exists(options.Paths.Token))
            return "";
        try
        {
            return File.ReadAllText(options.Paths.Token).Trim();
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
        catch (UnauthorizedAccessException e)
        {
            throw new HoldfastException(ErrorCode.PermissionDenied, $"the token {options.Paths.Token} cannot be read", null, e);
        }
    }

    private static StartWitness? WitnessOf(HoldfastClientOptions options) =>
        options.Dial is not null || (options.Starter is null && !options.AutoStart) ? null : new StartWitness(options.Paths);

    private static ErrorCode CodeNamed(string name)
    {
        foreach (var entry in ErrorRegistry.All)
        {
            if (entry.Name == name)
                return entry.Code;
        }

        return ErrorCode.DaemonUnavailable;
    }
}
