namespace Holdfast.Protocol;

/// <summary>What a failure has ended, and so what still works after it.</summary>
public enum FailureScope
{
    /// <summary>This request alone: the client and its attachments go on.</summary>
    Request,

    /// <summary>The input of one attachment; its output goes on. Take the session, or attach again, to send more.</summary>
    Input,

    /// <summary>One attachment; its client goes on. Attach again.</summary>
    Attachment,

    /// <summary>The client with all its attachments; the sessions go on. Connect another one.</summary>
    Client,
}
