using System.Net.Sockets;
using Holdfast.DaemonRpc.Lifecycle;
using Holdfast.Protocol;
using Holdfast.Protocol.Errors;
using Holdfast.Protocol.V1;

namespace Holdfast.Client.Connection;

/// <summary>
/// Opens sockets to the daemon and reads its token.
/// Owned by the connection; stateless beside its options, any thread.
/// </summary>
internal sealed class Endpoint(HoldfastClientOptions options)
{
    public async Task<Socket> DialAsync(TimeSpan deadline, CancellationToken cancellation)
    {
        if (options.Dial is { } dial)
            return await dial(deadline, cancellation);
        try
        {
            return await DaemonDialer.ConnectAsync(options.Paths, options.Starter, deadline, cancellation);
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
