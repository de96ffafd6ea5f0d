using Holdfast.Protocol;
using Holdfast.Protocol.V1;

namespace Holdfast.Client.Connection;

/// <summary>
/// Takes an attachment up on the next daemon, where it stood, or as near to it as that daemon allows.
/// Owned by one connection, which calls it for each attachment after a reconnect; any thread.
/// </summary>
internal sealed class Resumption(ClientConnection connection, AttachmentTable attachments, CancellationToken closing)
{
    public async Task ResumeAsync(SessionAttachment attachment, AttachRequest request)
    {
        void OnAnswer(Envelope answer)
        {
            if (attachment.HasEnded || answer.AttachAnswer is not { } attached || connection.CurrentLink is not { } current)
                return;
            attachments.Add(attached.Session.Number, attachment);
            attachment.OnResumed(connection.Part, current, attached, request.Acks);
        }

        try
        {
            request.Acks = connection.Acknowledges;
            await connection.RequestAsync(new Envelope { Attach = request }, AfterLoss.Fail, closing, OnAnswer);
        }
        catch (HoldfastException e) when (e.Code == ErrorCode.OffsetNotHeld && !request.Start)
        {
            request.Start = true;
            await ResumeAsync(attachment, request);
        }
        catch (HoldfastException e) when (e.Code == ErrorCode.OwnerRequired && request.As != AttachAs.AsObserver)
        {
            // Somebody took the session over meanwhile: it goes on as an observer, and its unacknowledged input will not arrive.
            attachment.OnOwnershipLost(e);
            await ResumeAsync(attachment, attachment.ResumeRequest(connection.Part));
        }
        catch (HoldfastException e) when (e.Code == ErrorCode.DaemonUnavailable)
        {
            // This link was lost as well: whoever takes up the next one asks again.
            _ = e;
        }
        catch (HoldfastException e) when (e.Code == ErrorCode.SessionGone)
        {
            attachments.Remove(attachment);
            attachment.OnGone(connection.Part, e);
        }
        catch (HoldfastException e)
        {
            attachments.Remove(attachment);
            _ = attachment.EndAsync(e);
        }
        catch (OperationCanceledException e)
        {
            // Disposed: the attachment ends with the client.
            _ = e;
        }
    }
}
