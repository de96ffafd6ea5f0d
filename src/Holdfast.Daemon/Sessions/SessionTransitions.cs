using Holdfast.Protocol.V1;

namespace Holdfast.Daemon.Sessions;

/// <summary>The life of a session as one table: every change of state there is, and why. Stateless.</summary>
public static class SessionTransitions
{
    /// <summary>One allowed change.</summary>
    public readonly record struct Transition(SessionState From, SessionState To, string When);

    public static IReadOnlyList<Transition> All { get; } =
    [
        new(SessionState.Starting, SessionState.Running, "the keeper started the program"),
        new(SessionState.Starting, SessionState.Terminating, "a kill came first; it is carried out once the program runs"),
        new(SessionState.Starting, SessionState.Exited, "every process was lost and nothing could be started in their place"),
        new(SessionState.Starting, SessionState.Finalized, "the program could not be started"),
        new(SessionState.Running, SessionState.Terminating, "a kill"),
        new(SessionState.Running, SessionState.Exited, "the program ended by itself and its output was drained"),
        new(SessionState.Terminating, SessionState.Exited, "no process of the session is left and its output was drained"),
        new(SessionState.Terminating, SessionState.Finalized, "killed while starting, and the program could not be started"),
        new(SessionState.Exited, SessionState.Finalized, "its retention ended, it was killed again, or its name was given to another"),
    ];

    public static bool Allows(SessionState from, SessionState to) => All.Any(t => t.From == from && t.To == to);

    /// <summary>What does not hold of a session in this state and must; null where all is well.</summary>
    public static string? Broken(SessionInfo info, ulong head, ulong endOffset) => info switch
    {
        { State: SessionState.Starting or SessionState.Running or SessionState.Terminating, Exit: not null } => "it lives and has an exit status",
        { State: SessionState.Exited, Exit: null } => "it has ended and has no exit status",
        { State: SessionState.Exited, ExitedAtMs: 0 } => "it has ended at no time",
        _ when endOffset > head => "its output ends beyond the head",
        { Owner.Length: 0, OwnerName.Length: > 0 } => "an owner without an id",
        _ => null,
    };
}
