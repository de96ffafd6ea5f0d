using System.Buffers;
using System.Text;
using Holdfast.Terminal.Queries;
using Holdfast.Terminal.Screen;

namespace Holdfast.Terminal.Parsing;

/// <summary>
/// The parser's state machine for everything but plain text: takes one scalar after the other and dispatches what is complete.
/// Part of one model; its state is part of a checkpoint.
/// </summary>
internal sealed class SequenceReader(
    TerminalState terminal, ControlDispatch controls, EscapeDispatch escapes, ControlSequenceDispatch sequences,
    OperatingSystemDispatch commands, StatusStrings strings)
{
    /// <summary>Bytes of an OSC or DCS that are kept; a longer one is swallowed whole.</summary>
    public const int LongestString = 64 * 1024;

    // Intermediates beyond two belong to nothing known.
    public const int TooManyIntermediates = 0xFFFF;

    private static readonly SearchValues<byte> StringEnds = SearchValues.Create(
        [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 127, .. Beyond()]);

    public ParserState State { get; set; }

    public SequenceParameters Parameters { get; } = new();

    /// <summary>The private prefix (0 for none).</summary>
    public int Prefix { get; set; }

    public int Intermediates { get; set; }

    /// <summary>What a string holds so far.</summary>
    public Scrollback.ByteWriter Payload { get; } = new();

    /// <summary>Takes the plain beginning of the rest of a string. Returns the bytes that were taken.</summary>
    public int TakeString(ReadOnlySpan<byte> output)
    {
        if (State < ParserState.DevicePassthrough)
            return 0;
        var length = output.IndexOfAny(StringEnds);
        if (length < 0)
            length = output.Length;
        Append(output[..length]);
        return length;
    }

    public void Take(int scalar)
    {
        if (scalar is 0x1B or 0x18 or 0x1A or (>= 0x80 and < 0xA0))
        {
            TakeAnywhere(scalar);
            return;
        }
        switch (State)
        {
            case ParserState.Escape or ParserState.EscapeIntermediate:
                TakeEscape(scalar);
                break;
            case >= ParserState.ControlEntry and <= ParserState.ControlIgnore:
                TakeControl(scalar);
                break;
            case >= ParserState.DeviceEntry and <= ParserState.DeviceIntermediate:
                TakeDevice(scalar);
                break;
            case ParserState.SystemCommand or ParserState.SystemIgnore when scalar == 0x07:
                EndString(byBell: true);
                State = ParserState.Ground;
                break;
            case ParserState.SystemCommand when scalar >= 0x20:
            case ParserState.DevicePassthrough when scalar != 0x7F:
                Span<byte> bytes = stackalloc byte[4];
                Append(bytes[..new Rune(scalar).EncodeToUtf8(bytes)]);
                break;
        }
    }

    // What ends any sequence: ESC, CAN, SUB, and the C1 controls.
    private void TakeAnywhere(int scalar)
    {
        if (scalar is 0x1B or 0x9C)
            EndString(byBell: false);
        State = scalar switch
        {
            0x1B => ParserState.Escape,
            0x90 => ParserState.DeviceEntry,
            0x9B => ParserState.ControlEntry,
            0x9D => ParserState.SystemCommand,
            0x98 or 0x9E or 0x9F => ParserState.StringIgnore,
            _ => ParserState.Ground,
        };
        Clear();
        if (State == ParserState.Ground && scalar != 0x9C)
            controls.Execute(scalar);
    }

    private void Clear()
    {
        Parameters.Reset();
        Prefix = 0;
        Intermediates = 0;
        Payload.Clear();
    }

    private void TakeEscape(int scalar)
    {
        if (scalar < 0x20)
        {
            controls.Execute(scalar);
        }
        else if (scalar < 0x30)
        {
            Collect(scalar);
            State = ParserState.EscapeIntermediate;
        }
        else if (scalar > 0x7F)
        {
            State = ParserState.Ground;
        }
        else if (scalar != 0x7F)
        {
            State = State == ParserState.Escape ? Begun(scalar) : ParserState.Ground;
            if (State == ParserState.Ground)
                escapes.Dispatch(Intermediates, scalar);
        }
    }

    private static ParserState Begun(int final) => final switch
    {
        '[' => ParserState.ControlEntry,
        ']' => ParserState.SystemCommand,
        'P' => ParserState.DeviceEntry,
        'X' or '^' or '_' => ParserState.StringIgnore,
        _ => ParserState.Ground,
    };

    private void TakeControl(int scalar)
    {
        if (scalar < 0x20)
        {
            controls.Execute(scalar);
            return;
        }
        if (scalar > 0x7F)
        {
            State = State == ParserState.ControlIgnore ? State : ParserState.Ground;
            return;
        }
        if (scalar == 0x7F)
            return;
        if (scalar >= 0x40)
        {
            var known = State != ParserState.ControlIgnore;
            State = ParserState.Ground;
            if (known)
                sequences.Dispatch((Prefix << 16) | Intermediates, scalar, Parameters);
            return;
        }
        State = NextInParameters(scalar, ParserState.ControlEntry, ParserState.ControlIgnore);
    }

    private void TakeDevice(int scalar)
    {
        if (scalar is < 0x20 or 0x7F)
            return;
        if (scalar > 0x7F)
        {
            State = ParserState.DeviceIgnore;
            return;
        }
        if (scalar >= 0x40)
        {
            var wanted = scalar == 'q' && Prefix == 0 && Intermediates is '$' or '+';
            State = wanted ? ParserState.DevicePassthrough : ParserState.DeviceIgnore;
            return;
        }
        State = NextInParameters(scalar, ParserState.DeviceEntry, ParserState.DeviceIgnore);
    }

    // Parameters and intermediates are read alike in control sequences and device control strings; their states follow each other alike.
    private ParserState NextInParameters(int scalar, ParserState entry, ParserState ignore)
    {
        var parameters = entry + 1;
        var intermediate = entry + 2;
        if (State == ignore)
            return ignore;
        if (scalar < 0x30)
        {
            Collect(scalar);
            return intermediate;
        }
        if (State == intermediate || (scalar >= 0x3C && State != entry))
            return ignore;
        switch (scalar)
        {
            case ':':
                Parameters.NextPart();
                break;
            case ';':
                Parameters.Next();
                break;
            case >= 0x3C:
                Prefix = scalar;
                break;
            default:
                Parameters.Digit(scalar - '0');
                break;
        }
        return parameters;
    }

    private void Collect(int scalar) => Intermediates = Intermediates > 0xFF ? TooManyIntermediates : (Intermediates << 8) | scalar;

    private void Append(ReadOnlySpan<byte> bytes)
    {
        if (bytes.IsEmpty || State is not (ParserState.SystemCommand or ParserState.DevicePassthrough))
            return;
        // An OSC is known by its number.
        var hopeless = State == ParserState.SystemCommand && Payload.Length == 0 && bytes[0] is < (byte)'0' or > (byte)'9';
        if (hopeless || Payload.Length + bytes.Length > LongestString)
        {
            State = State == ParserState.SystemCommand ? ParserState.SystemIgnore : ParserState.DeviceIgnore;
            Payload.Clear();
            return;
        }
        Payload.Bytes(bytes);
    }

    private void EndString(bool byBell)
    {
        if (State < ParserState.DevicePassthrough)
            return;
        if (State != ParserState.StringIgnore)
            terminal.JoinWidth = 0;
        if (State == ParserState.SystemCommand)
            commands.Dispatch(Payload.Written, byBell);
        else if (State == ParserState.DevicePassthrough && Intermediates == '$')
            strings.Setting(Encoding.UTF8.GetString(Payload.Written));
        else if (State == ParserState.DevicePassthrough)
            strings.Capabilities(Encoding.UTF8.GetString(Payload.Written));
        Payload.Clear();
    }

    private static byte[] Beyond()
    {
        var bytes = new byte[128];
        for (var i = 0; i < bytes.Length; i++)
            bytes[i] = (byte)(i + 128);
        return bytes;
    }
}
