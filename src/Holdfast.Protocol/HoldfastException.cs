using Holdfast.Protocol.Errors;
using Holdfast.Protocol.V1;

namespace Holdfast.Protocol;

/// <summary>
/// A failure with a code of the error registry: what happened, and what to do.
/// Thrown wherever a promise cannot be kept; <see cref="Scope"/> says what still works after it.
/// </summary>
public sealed class HoldfastException : Exception
{
    private readonly ErrorEntry _entry;

    /// <param name="code">The stable code.</param>
    /// <param name="message">What happened here, with the names involved.</param>
    /// <param name="hint">What to do; null for the registry's own hint.</param>
    public HoldfastException(ErrorCode code, string message, string? hint = null)
        : this(code, message, hint, innerException: null)
    {
    }

    /// <param name="code">The stable code.</param>
    /// <param name="message">What happened here, with the names involved.</param>
    /// <param name="hint">What to do; null for the registry's own hint.</param>
    /// <param name="innerException">The failure underneath, for the log.</param>
    public HoldfastException(ErrorCode code, string message, string? hint, Exception? innerException)
        : base(message, innerException)
    {
        _entry = ErrorRegistry.Of(code);
        Hint = hint ?? _entry.Hint;
    }

    public ErrorCode Code => _entry.Code;

    /// <summary>The stable name of the code, such as "SESSION_GONE".</summary>
    public string CodeName => _entry.Name;

    /// <summary>What to do; null where there is nothing to do.</summary>
    public string? Hint { get; }

    /// <summary>Exit code of the command line.</summary>
    public int ExitCode => _entry.ExitCode;

    /// <summary>True where the same request may succeed later without any change.</summary>
    public bool IsRetryable => _entry.Retryable;

    /// <summary>With PROTO_BREAKING_CHANGE: every protocol version the peer speaks.</summary>
    public IReadOnlyList<uint> SupportedVersions { get; private init; } = [];

    /// <summary>What this failure has ended; everything beyond that is still usable.</summary>
    public FailureScope Scope { get; private init; }

    /// <summary>The same failure, where it has ended more than the request.</summary>
    public HoldfastException Within(FailureScope scope) =>
        scope == Scope ? this : new HoldfastException(Code, Message, Hint, InnerException) { Scope = scope, SupportedVersions = SupportedVersions };

    /// <summary>What a peer answered; its hint wins, because it knows its own version and state.</summary>
    public static HoldfastException From(Error error)
    {
        var message = error.Message.Length > 0 ? error.Message : ErrorRegistry.Of(error.Code).Meaning;
        return new HoldfastException(error.Code, message, error.Hint.Length > 0 ? error.Hint : null) { SupportedVersions = [.. error.SupportedVersions] };
    }

    /// <summary>This failure as an answer on the wire.</summary>
    public Error ToError() => new() { Code = Code, Message = Message, Hint = Hint ?? string.Empty };
}
