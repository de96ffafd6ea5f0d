using System.Buffers;

namespace Holdfast.Terminal.Queries;

/// <summary>
/// Passes output on without the queries in it, however it is cut into pieces: old output that is shown again on a real terminal must not be answered again.
/// A query is what a <see cref="TerminalModel"/> answers. Owned by one caller, one thread; lives as long as the replay.
/// </summary>
public sealed class QueryFilter : ITerminalListener
{
    // No query is nearly as long: what is longer passes as it comes.
    private const int LongestQuery = 1024;

    private static readonly SearchValues<byte> Beginnings = SearchValues.Create([0x05, 0x1B, 0xC2]);

    private readonly TerminalModel _model;
    private readonly ArrayBufferWriter<byte> _held = new();
    private bool _inSequence;
    private bool _answered;

    public QueryFilter() => _model = new TerminalModel(TerminalSize.Default, new TerminalOptions { ScrollbackLines = 0 }) { Listener = this };

    public void Write(ReadOnlySpan<byte> output, IBufferWriter<byte> destination)
    {
        ArgumentNullException.ThrowIfNull(destination);
        while (!output.IsEmpty)
        {
            var text = _inSequence ? 0 : LengthOfText(output);
            destination.Write(output[..text]);
            output = output[text..];
            if (output.IsEmpty)
                return;
            Take(output[0], destination);
            output = output[1..];
        }
    }

    /// <summary>What is held back because it may become a query; call when no more old output comes.</summary>
    public void Flush(IBufferWriter<byte> destination)
    {
        destination.Write(_held.WrittenSpan);
        _held.ResetWrittenCount();
        _inSequence = false;
    }

    void ITerminalListener.Reply(ReadOnlySpan<byte> answer) => _answered = true;

    private static int LengthOfText(ReadOnlySpan<byte> output) => output.IndexOfAny(Beginnings) is var at and >= 0 ? at : output.Length;

    private void Take(byte next, IBufferWriter<byte> destination)
    {
        _held.Write([next]);
        _model.Feed([next]);
        _inSequence = _model.IsInSequence;
        // An answer may come with the first of the two bytes that end a string.
        if (_answered)
            _held.ResetWrittenCount();
        _answered &= _inSequence;
        if (!_inSequence || _held.WrittenCount > LongestQuery)
            Release(destination);
    }

    private void Release(IBufferWriter<byte> destination)
    {
        destination.Write(_held.WrittenSpan);
        _held.ResetWrittenCount();
    }
}
