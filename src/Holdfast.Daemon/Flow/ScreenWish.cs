using Holdfast.Protocol.V1;

namespace Holdfast.Daemon.Flow;

/// <summary>What a subscriber wants of the screen, beside output. A value.</summary>
/// <param name="AtStart">Begins with a snapshot instead of bytes, with this many lines above the screen at most.</param>
/// <param name="AfterGap">Gets a snapshot after a gap.</param>
/// <param name="Terminal">Shows the output on a terminal that answers queries, also before it owns the session.</param>
public readonly record struct ScreenWish(uint? AtStart, bool AfterGap, bool Terminal)
{
    public static ScreenWish Of(AttachRequest request) => new(
        request.FromCase == AttachRequest.FromOneofCase.Screen ? request.Screen.ScrollbackLines : null,
        request.ScreenAfterGap || request.FromCase == AttachRequest.FromOneofCase.Screen,
        request.Terminal);
}
