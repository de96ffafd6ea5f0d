namespace Holdfast.Terminal.Modes;

/// <summary>
/// The colours that a program changed (OSC 4, 10, 11, 12) over those of the options. Owned by one model.
/// </summary>
internal sealed class PaletteState
{
    /// <summary>The indexed colours, then foreground, background and cursor.</summary>
    public const int Indexed = 256;

    public const int Foreground = 256;
    public const int Background = 257;
    public const int Cursor = 258;
    public const int Count = 259;

    /// <summary>All bits of <see cref="Touched"/>.</summary>
    public const int AllTouched = 15;

    private const int IsSet = 1 << 24;

    // Made by the first change: most programs change nothing.
    private int[]? _changed;

    public bool TryGetChange(int index, out int rgb)
    {
        var value = _changed?[index] ?? 0;
        rgb = value & 0xFF_FFFF;
        return value != 0;
    }

    /// <summary>
    /// Which colours the program ever said anything about: a bit for all indexed ones, then one each for foreground, background and cursor.
    /// A display that follows the session can differ from its user's own colours in these only.
    /// </summary>
    public int Touched { get; set; }

    /// <summary>Whether that is so for a colour.</summary>
    public bool IsTouched(int index) => (Touched & BitOf(index)) != 0;

    public void Change(int index, int rgb)
    {
        Touched |= BitOf(index);
        (_changed ??= new int[Count])[index] = rgb | IsSet;
    }

    public void Restore(int index)
    {
        Touched |= BitOf(index);
        if (_changed is not null)
            _changed[index] = 0;
    }

    public void RestoreIndexed()
    {
        Touched |= BitOf(0);
        _changed?.AsSpan(0, Indexed).Clear();
    }

    public void RestoreAll() => _changed = null;

    public int Resolve(int index, TerminalOptions options) => TryGetChange(index, out var rgb) ? rgb : index switch
    {
        Foreground => options.DefaultForeground,
        Background => options.DefaultBackground,
        Cursor => options.DefaultCursorColor,
        _ => Standard(index),
    };

    private static int BitOf(int index) => index < Indexed ? 1 : 2 << (index - Indexed);

    // xterm's defaults: 16 named colours, a cube of 6³, a ramp of 24 greys.
    private static int Standard(int index)
    {
        ReadOnlySpan<int> named =
        [
            0x000000, 0xCD0000, 0x00CD00, 0xCDCD00, 0x0000EE, 0xCD00CD, 0x00CDCD, 0xE5E5E5,
            0x7F7F7F, 0xFF0000, 0x00FF00, 0xFFFF00, 0x5C5CFF, 0xFF00FF, 0x00FFFF, 0xFFFFFF,
        ];
        if (index < 16)
            return named[index];
        if (index >= 232)
            return (8 + ((index - 232) * 10)) * 0x010101;
        index -= 16;
        return (Level(index / 36) << 16) | (Level(index / 6 % 6) << 8) | Level(index % 6);
    }

    private static int Level(int step) => step == 0 ? 0 : 55 + (step * 40);
}
