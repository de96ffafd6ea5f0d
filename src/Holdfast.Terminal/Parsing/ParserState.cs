namespace Holdfast.Terminal.Parsing;

/// <summary>The states of the DEC-compatible parser (vt100.net/emu/dec_ansi_parser). The values are part of the checkpoint's format.</summary>
internal enum ParserState : byte
{
    Ground,
    Escape,
    EscapeIntermediate,
    ControlEntry,
    ControlParameters,
    ControlIntermediate,
    ControlIgnore,
    DeviceEntry,
    DeviceParameters,
    DeviceIntermediate,
    DevicePassthrough,

    /// <summary>A device control string that nobody wants, up to its end.</summary>
    DeviceIgnore,
    SystemCommand,

    /// <summary>An operating system command that nobody wants, up to its end, which may be BEL.</summary>
    SystemIgnore,

    /// <summary>SOS, PM, APC: up to ST.</summary>
    StringIgnore,
}

/// <summary>What a state still needs of what was read before. Pure functions.</summary>
internal static class ParserStates
{
    /// <summary>Whether prefix, parameters and intermediates count.</summary>
    public static bool HasHead(this ParserState state) =>
        state is >= ParserState.Escape and <= ParserState.ControlIntermediate or >= ParserState.DeviceEntry and <= ParserState.DevicePassthrough;

    /// <summary>Whether a string is being kept.</summary>
    public static bool HasPayload(this ParserState state) => state is ParserState.DevicePassthrough or ParserState.SystemCommand;
}
