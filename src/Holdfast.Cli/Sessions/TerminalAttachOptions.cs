using Holdfast.Cli.Input;
using Holdfast.Protocol.V1;

namespace Holdfast.Cli.Sessions;

/// <summary>How a terminal is joined to a session. A value.</summary>
/// <param name="As">Owner, whoever may be it already, or observer: sends no input and no size.</param>
/// <param name="Screen">Begins with the screen, and gets it again after a gap.</param>
/// <param name="DetachKey">The key that ends it.</param>
internal sealed record TerminalAttachOptions(AttachAs As, bool Screen, DetachKey DetachKey)
{
    /// <summary>Sees only, and on purpose.</summary>
    public bool Observer => As == AttachAs.AsObserver;
}
