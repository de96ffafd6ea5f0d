using Holdfast.Client;
using Holdfast.Protocol.V1;

namespace Holdfast.Cli.Sessions;

/// <summary>A change to a session that somebody else may own. Stateless.</summary>
internal static class OwnedAction
{
    /// <summary>Acts as whoever runs the command; with <paramref name="takeover"/> as the owner, who gives the session up again afterwards.</summary>
    public static async Task RunAsync(HoldfastClient client, string session, bool takeover, Func<Task> act, CancellationToken cancellation)
    {
        if (!takeover)
        {
            await act();
            return;
        }

        var request = new AttachRequest { Session = session, NoOutput = true, As = AttachAs.AsTakeover };
        await using var owner = await client.AttachAsync(request, cancellation);
        await act();
    }
}
