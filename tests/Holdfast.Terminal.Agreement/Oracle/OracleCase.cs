namespace Holdfast.Terminal.Agreement.Oracle;

/// <summary>What a fresh terminal of the oracle is to go through before it is looked at. Immutable.</summary>
/// <param name="Size">Of the fresh terminal.</param>
/// <param name="Steps">In order.</param>
/// <param name="Corrected">Whether xterm.js is corrected where it differs from xterm's documentation (Oracle/corrections.mjs).</param>
/// <param name="ScrollbackLines">How many lines it keeps.</param>
/// <param name="Full">Whether what is not to be seen but matters later is shown too (Oracle/picture.mjs).</param>
public sealed record OracleCase(TerminalSize Size, IReadOnlyList<TerminalStep> Steps, bool Corrected = false, int ScrollbackLines = OracleCase.DefaultScrollback, bool Full = false)
{
    // Enough for every hand-written case and for the recordings between two pictures.
    public const int DefaultScrollback = 1000;

    public TerminalModel Model()
    {
        var model = new TerminalModel(Size, new TerminalOptions { ScrollbackLines = ScrollbackLines });
        foreach (var step in Steps)
            step.ApplyTo(model);
        return model;
    }

    public override string ToString() => $"size {Size.Columns}x{Size.Rows}\n" + string.Join('\n', Steps);
}
