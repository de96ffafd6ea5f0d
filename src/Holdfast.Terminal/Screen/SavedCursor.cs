namespace Holdfast.Terminal.Screen;

/// <summary>
/// What DECSC keeps and DECRC brings back (VT510: position, rendition, charsets, wrap flag, origin mode, selective erase). A value.
/// </summary>
internal record struct SavedCursor(
    int X, int Y, bool PendingWrap, uint Fg, uint Bg, uint Flags, uint UnderlineColor, CharsetState Charsets, bool Origin)
{
    public static SavedCursor Initial => default;

    public readonly bool IsInitial => this == default;
}
