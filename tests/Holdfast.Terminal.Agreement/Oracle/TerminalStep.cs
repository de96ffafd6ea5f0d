using System.Text;

namespace Holdfast.Terminal.Agreement.Oracle;

/// <summary>One thing that happens to a terminal: bytes arrive, or it is resized. A value.</summary>
/// <param name="Bytes">What arrives; null for a resize.</param>
/// <param name="Size">The new size; of no meaning for bytes.</param>
public readonly record struct TerminalStep(byte[]? Bytes, TerminalSize Size)
{
    public static TerminalStep Feed(byte[] bytes) => new(bytes, default);

    public static TerminalStep Feed(string text) => new(Encoding.UTF8.GetBytes(text), default);

    public static TerminalStep Resize(int columns, int rows) => new(null, new TerminalSize(columns, rows));

    public void ApplyTo(TerminalModel model)
    {
        if (Bytes is null)
            model.Resize(Size);
        else
            model.Feed(Bytes);
    }

    public override string ToString() => Bytes is null ? $"resize {Size.Columns}x{Size.Rows}" : $"in {Cases.Escaped.Write(Bytes)}";
}
