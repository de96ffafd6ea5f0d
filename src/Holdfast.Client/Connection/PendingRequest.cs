using Holdfast.Protocol.V1;

namespace Holdfast.Client.Connection;

/// <summary>
/// A request without its answer.
/// Owned by the connection's table; its fields change under the connection's gate; ends with answer, failure or cancellation.
/// </summary>
internal sealed class PendingRequest(Envelope envelope, AfterLoss afterLoss, Action<Envelope>? onAnswer)
{
    public Envelope Envelope { get; } = envelope;

    public AfterLoss AfterLoss { get; } = afterLoss;

    /// <summary>Runs on the receive loop before the next frame is read: an attach must be known before its first output.</summary>
    public Action<Envelope>? OnAnswer { get; } = onAnswer;

    /// <summary>The link it was sent on; <c>null</c> while it waits for one.</summary>
    public DaemonLink? SentOn { get; set; }

    public TaskCompletionSource<Envelope> Answer { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
}
