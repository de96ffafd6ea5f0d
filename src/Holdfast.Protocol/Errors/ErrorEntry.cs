using Holdfast.Protocol.V1;

namespace Holdfast.Protocol.Errors;

/// <summary>
/// One row of the error registry.
/// Immutable, callable from any thread.
/// </summary>
/// <param name="Code">The number on the wire.</param>
/// <param name="Name">The stable name shown to people and programs, such as "SESSION_GONE".</param>
/// <param name="Meaning">What happened, in one sentence.</param>
/// <param name="Hint">What to do; null where there is nothing to do.</param>
/// <param name="ExitCode">Exit code of the command line.</param>
/// <param name="Retryable">True where the same request may succeed later without any change.</param>
public sealed record ErrorEntry(ErrorCode Code, string Name, string Meaning, string? Hint, int ExitCode, bool Retryable);
