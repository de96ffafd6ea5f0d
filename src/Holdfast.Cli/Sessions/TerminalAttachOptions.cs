using Holdfast.Cli.Input;

namespace Holdfast.Cli.Sessions;

/// <summary>How a terminal is joined to a session. A value.</summary>
/// <param name="Observer">Sees only: sends no input and no size.</param>
/// <param name="Screen">Begins with the screen, and gets it again after a gap.</param>
/// <param name="DetachKey">The key that ends it.</param>
internal sealed record TerminalAttachOptions(bool Observer, bool Screen, DetachKey DetachKey);
