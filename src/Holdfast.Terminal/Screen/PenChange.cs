namespace Holdfast.Terminal.Screen;

/// <summary>What a number of SGR does to the words of a pen: bits that stay, bits that are set. A value.</summary>
internal readonly record struct PenChange(uint KeptFg, uint SetFg, uint KeptBg, uint SetBg, uint KeptAttr, uint SetAttr);
