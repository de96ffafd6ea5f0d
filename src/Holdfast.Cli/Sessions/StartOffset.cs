using System.Globalization;
using Holdfast.Protocol;
using Holdfast.Protocol.V1;

namespace Holdfast.Cli.Sessions;

/// <summary>Reads --from: where output begins. Stateless.</summary>
internal static class StartOffset
{
    /// <exception cref="HoldfastException">USAGE.</exception>
    public static AttachRequest Request(string session, string from)
    {
        var request = new AttachRequest { Session = session };
        switch (from)
        {
            case "start":
                request.Start = true;
                break;
            case "now":
                request.Now = true;
                break;
            case "screen":
                request.Screen = new ScreenStart { ScrollbackLines = uint.MaxValue };
                break;
            default:
                request.Offset = Offset(from, "--from");
                break;
        }

        return request;
    }

    /// <exception cref="HoldfastException">USAGE.</exception>
    public static ulong Offset(string text, string option) =>
        ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var offset)
            ? offset
            : throw new HoldfastException(ErrorCode.Usage, $"{option} {text} is no offset", "Give screen, start, now, or a number of bytes.");
}
