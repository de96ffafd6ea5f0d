using Holdfast.Protocol;
using Holdfast.Protocol.V1;

namespace Holdfast.Cli.Input;

/// <summary>The key that detaches, as one byte. A value.</summary>
internal readonly record struct DetachKey(byte Byte)
{
    public const string Variable = "HOLDFAST_DETACH_KEY";

    // Rarely typed in programs, and on every keyboard: the choice of dtach and abduco.
    private const byte ControlBackslash = 0x1c;
    private const byte ControlMask = 0x1f;

    public static DetachKey Default { get; } = new(ControlBackslash);

    /// <summary>The option, else the environment, else Ctrl-\.</summary>
    /// <exception cref="HoldfastException">USAGE.</exception>
    public static DetachKey From(string? option)
    {
        var text = option ?? Environment.GetEnvironmentVariable(Variable);
        if (string.IsNullOrEmpty(text))
            return Default;
        return TryParse(text, out var key)
            ? key
            : throw new HoldfastException(ErrorCode.Usage, $"{text} is no key to detach with", "Give a control key: C-q, ^Q or C-\\.");
    }

    /// <summary>Reads "C-q" or "^q": a control key from C-@ to C-_.</summary>
    public static bool TryParse(string text, out DetachKey key)
    {
        key = default;
        var name = text switch
        {
            ['C' or 'c', '-', var c] => c,
            ['^', var c] => c,
            _ => '\0',
        };
        var upper = char.ToUpperInvariant(name);
        if (upper is < '@' or > '_')
            return false;
        key = new DetachKey((byte)(upper & ControlMask));
        return true;
    }

    public override string ToString() => Byte == ControlBackslash ? "Ctrl-\\" : $"Ctrl-{(char)(Byte | 0x40)}";
}
