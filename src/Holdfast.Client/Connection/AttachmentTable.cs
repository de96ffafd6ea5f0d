using Holdfast.Protocol.V1;

namespace Holdfast.Client.Connection;

/// <summary>
/// The attachments of a client, and which session number leads to which of them on the present link.
/// Owned by the connection. Any thread; every method is one short critical section.
/// </summary>
internal sealed class AttachmentTable
{
    private readonly Lock _gate = new();
    private readonly List<SessionAttachment> _all = [];
    private readonly Dictionary<uint, SessionAttachment> _byNumber = [];

    public void Add(uint number, SessionAttachment attachment)
    {
        lock (_gate)
        {
            if (!_all.Contains(attachment))
                _all.Add(attachment);
            _byNumber[number] = attachment;
        }
    }

    public bool Remove(SessionAttachment attachment)
    {
        lock (_gate)
        {
            foreach (var (number, known) in _byNumber)
            {
                if (!ReferenceEquals(known, attachment))
                    continue;
                _byNumber.Remove(number);
                break;
            }

            return _all.Remove(attachment);
        }
    }

    public void Forget(uint number)
    {
        if (Find(number) is { } attachment)
            Remove(attachment);
    }

    public SessionAttachment? Find(uint number)
    {
        lock (_gate)
            return _byNumber.GetValueOrDefault(number);
    }

    /// <summary>Whether there is an attachment to the session of that name or id.</summary>
    public bool Knows(string session)
    {
        lock (_gate)
            return _all.Exists(a => a.Session.Id == session || a.Session.Name == session);
    }

    public bool Knows(SessionInfo session)
    {
        lock (_gate)
            return _byNumber.ContainsKey(session.Number);
    }

    /// <summary>The link is gone: numbers mean nothing until each attachment was taken up again.</summary>
    public SessionAttachment[] ForgetNumbers()
    {
        lock (_gate)
        {
            _byNumber.Clear();
            return [.. _all];
        }
    }

    public SessionAttachment[] TakeAll()
    {
        lock (_gate)
        {
            SessionAttachment[] all = [.. _all];
            _all.Clear();
            _byNumber.Clear();
            return all;
        }
    }
}
