namespace Holdfast.Terminal.Screen;

/// <summary>The words of a pen or style without extras, as <see cref="Cell"/> has them: small enough to be kept in registers. A value.</summary>
internal record struct PlainPen(uint Fg, uint Bg, uint Attr);
