using System.Collections;
using Holdfast.Linux;
using Holdfast.Protocol.V1;

namespace Holdfast.Client.Sessions;

/// <summary>What a session is made of where its creator says nothing. Stateless.</summary>
internal static class CreateDefaults
{
    private const int KeyBytes = 16;

    // What a session tells its programs about itself is not true in another one.
    private static readonly string[] SessionVariables = ["HOLDFAST_SESSION", "HOLDFAST_SESSION_ID", "HOLDFAST_SOCKET"];

    public static void Fill(CreateRequest request)
    {
        if (request.CreationKey.Length == 0)
            request.CreationKey = RandomBytes.Hex(KeyBytes);
        if (request.Cwd.Length == 0)
            request.Cwd = Environment.CurrentDirectory;
        if (request.Environment.Count > 0)
            return;
        foreach (DictionaryEntry variable in Environment.GetEnvironmentVariables())
        {
            if (Array.IndexOf(SessionVariables, (string)variable.Key) < 0)
                request.Environment[(string)variable.Key] = (string?)variable.Value ?? "";
        }
    }
}
