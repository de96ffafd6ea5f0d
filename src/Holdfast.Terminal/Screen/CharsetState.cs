namespace Holdfast.Terminal.Screen;

/// <summary>A 94-character set that replaces ASCII (SCS).</summary>
internal enum Charset : byte
{
    Ascii,
    DecSpecialGraphics,
    British,
}

/// <summary>
/// Which sets G0 to G3 hold, and which of them is in force (SO, SI, LS2, LS3, SS2, SS3). A value.
/// </summary>
internal record struct CharsetState(Charset G0, Charset G1, Charset G2, Charset G3, byte Locked, byte Single)
{
    // From U+005F to U+007E, as xterm shows them.
    private const string SpecialGraphics = "\u00a0◆▒␉␌␍␊°±␤␋┘┐┌└┼⎺⎻─⎼⎽├┤┴┬│≤≥π≠£·";

    public readonly bool IsPlain => ((byte)G0 | Locked | Single) == 0 || (Single == 0 && this[Locked] == Charset.Ascii);

    public Charset this[int index]
    {
        readonly get => index switch { 0 => G0, 1 => G1, 2 => G2, _ => G3 };
        set
        {
            switch (index)
            {
                case 0: G0 = value; break;
                case 1: G1 = value; break;
                case 2: G2 = value; break;
                default: G3 = value; break;
            }
        }
    }

    /// <summary>What a character stands for while a single shift is not used up by it (DECFRA).</summary>
    public readonly int Peek(int character)
    {
        var copy = this;
        return copy.Map(character);
    }

    /// <summary>What an ASCII character stands for; a single shift is used up.</summary>
    public int Map(int character)
    {
        var set = this[Single != 0 ? Single : Locked];
        Single = 0;
        return set switch
        {
            Charset.DecSpecialGraphics when character is >= 0x5F and <= 0x7E => SpecialGraphics[character - 0x5F],
            Charset.British when character == '#' => '£',
            _ => character,
        };
    }
}
