namespace Holdfast.Client;

/// <summary>What an attachment tells its reader.</summary>
public enum SessionEventKind
{
    /// <summary>Nothing follows: the attachment was detached or its session forgotten.</summary>
    End,

    /// <summary><see cref="SessionEvent.Data"/> begins at <see cref="SessionEvent.From"/>.</summary>
    Output,

    /// <summary>The bytes from <see cref="SessionEvent.From"/> to <see cref="SessionEvent.To"/> were overwritten before they could be sent.</summary>
    Gap,

    /// <summary><see cref="SessionEvent.Data"/> draws the screen of <see cref="SessionEvent.Size"/> with all output before <see cref="SessionEvent.To"/> in it.</summary>
    Screen,

    /// <summary>The terminal has <see cref="SessionEvent.Size"/> since <see cref="SessionEvent.From"/>.</summary>
    Resized,

    /// <summary>The session is called <see cref="SessionEvent.Name"/> now.</summary>
    Renamed,

    /// <summary>Another client is the owner now, or none: <see cref="SessionEvent.Owner"/>.</summary>
    OwnerChanged,

    /// <summary>The daemon holds output back, or no longer: <see cref="SessionEvent.Backpressure"/>.</summary>
    Backpressure,

    /// <summary>The program ended with <see cref="SessionEvent.Exit"/>; its last byte is before <see cref="SessionEvent.To"/>.</summary>
    Exited,

    /// <summary>No process holds the terminal any more: nothing follows <see cref="SessionEvent.To"/>.</summary>
    Closed,

    /// <summary>The session was forgotten. <see cref="End"/> follows.</summary>
    Finalized,

    /// <summary>Another daemon, or the same one on a new connection, goes on at <see cref="SessionEvent.From"/>.</summary>
    Reconnected,

    /// <summary>A daemon was killed while it wrote input: whether the bytes from <see cref="SessionEvent.From"/> to <see cref="SessionEvent.To"/> arrived is not known.</summary>
    InputUncertain,
}
