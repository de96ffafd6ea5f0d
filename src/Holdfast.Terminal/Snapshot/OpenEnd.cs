using Holdfast.Terminal.Parsing;

namespace Holdfast.Terminal.Snapshot;

/// <summary>The bytes of a sequence that was cut, so that what comes next goes on with it. Pure functions.</summary>
internal static class OpenEnd
{
    public static void Write(TerminalModel model, SequenceWriter writer)
    {
        var reader = model.Reader;
        switch (reader.State)
        {
            case ParserState.Ground:
                break;
            case ParserState.Escape or ParserState.EscapeIntermediate:
                writer.Raw("\e"u8);
                WriteIntermediates(reader.Intermediates, writer);
                break;
            case >= ParserState.ControlEntry and < ParserState.ControlIgnore:
                writer.Raw("\e["u8);
                WriteHead(reader, ParserState.ControlEntry, writer);
                break;
            case ParserState.ControlIgnore:
                writer.Raw("\e[0?"u8);
                break;
            case >= ParserState.DeviceEntry and < ParserState.DevicePassthrough:
                writer.Raw("\eP"u8);
                WriteHead(reader, ParserState.DeviceEntry, writer);
                break;
            case ParserState.DevicePassthrough:
                writer.Raw("\eP"u8);
                WriteHead(reader, ParserState.DeviceEntry, writer);
                writer.Raw("q"u8);
                writer.Raw(reader.Payload.Written);
                break;
            case ParserState.DeviceIgnore:
                writer.Raw("\ePx"u8);
                break;
            case ParserState.SystemCommand:
                writer.Raw("\e]"u8);
                writer.Raw(reader.Payload.Written);
                break;
            case ParserState.SystemIgnore:
                writer.Raw("\e]x"u8);
                break;
            case ParserState.StringIgnore:
                writer.Raw("\eX"u8);
                break;
        }
        writer.Raw(model.Parser.Partial);
    }

    private static void WriteHead(SequenceReader reader, ParserState entry, SequenceWriter writer)
    {
        if (reader.State == entry)
            return;
        if (reader.Prefix != 0)
            writer.Scalar((uint)reader.Prefix);
        reader.Parameters.WriteTo(writer);
        WriteIntermediates(reader.Intermediates, writer);
    }

    private static void WriteIntermediates(int intermediates, SequenceWriter writer)
    {
        // As many as make it unknown.
        if (intermediates == SequenceReader.TooManyIntermediates)
            writer.Raw("   "u8);
        else if (intermediates > 0xFF)
            writer.Scalar((uint)intermediates >> 8);
        if (intermediates is not (0 or SequenceReader.TooManyIntermediates))
            writer.Scalar((uint)intermediates & 0xFF);
    }
}
