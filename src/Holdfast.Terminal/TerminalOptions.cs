namespace Holdfast.Terminal;

/// <summary>
/// What a terminal is built with: bounds, default colours, identification. Immutable; may be shared between models.
/// </summary>
public sealed record TerminalOptions
{
    /// <summary>Lines kept above the screen; 0 keeps none. Default 10 000.</summary>
    public int ScrollbackLines { get; init; } = 10_000;

    /// <summary>Bytes the kept lines may take, in the compact form (about one byte a character). Default 1.5 MiB.</summary>
    public int ScrollbackBytes { get; init; } = 1536 * 1024;

    /// <summary>What XTVERSION answers: <c>Holdfast(version)</c> unless told otherwise.</summary>
    public string Identification { get; init; } = "Holdfast(0.1.0)";

    /// <summary>The default text colour as 0xRRGGBB, for OSC 10 queries. Default light grey.</summary>
    public int DefaultForeground { get; init; } = 0xE5E5E5;

    /// <summary>The default background as 0xRRGGBB, for OSC 11 and the colour-scheme query (CSI ? 996 n). Default black.</summary>
    public int DefaultBackground { get; init; }

    /// <summary>The cursor's default colour as 0xRRGGBB, for OSC 12 queries. Default light grey.</summary>
    public int DefaultCursorColor { get; init; } = 0xE5E5E5;

    /// <summary>A cell's size in pixels (width, height), for the window reports in pixels (CSI 14 t, 16 t). Default 8 × 16.</summary>
    public (int Width, int Height) CellPixels { get; init; } = (8, 16);

    internal static TerminalOptions Default { get; } = new();
}
