using System.Text;
using Holdfast.Daemon.Keepers;
using Holdfast.Daemon.Output;
using Holdfast.Linux;
using Holdfast.Linux.Files;
using Holdfast.Linux.Memory;
using Holdfast.Ring;

namespace Holdfast.Daemon.Recovery;

/// <summary>
/// What outlives a daemon beside the sessions: the transfer pipe, its record, and the token. Kept by the keeper under one name. Owned by
/// the host, loop thread.
/// </summary>
public sealed class TransferState
{
    public const string EntryName = "transfer";

    private TransferState(HeldEntry entry, TransferPipe pipe, SharedMapping page, TransferRecord record)
    {
        (Entry, Pipe, Page, Record) = (entry, pipe, page, record);
        Token = Encoding.ASCII.GetString(entry.Note.Span);
    }

    public HeldEntry Entry { get; }

    public TransferPipe Pipe { get; }

    public TransferRecord Record { get; }

    /// <summary>What clients must show: one for as long as its file stays.</summary>
    public string Token { get; }

    // Keeps the page mapped.
    private SharedMapping Page { get; }

    /// <param name="formerToken">The token that lies in the directory already. Kept: a client may have read it a moment ago.</param>
    public static TransferState Create(string? formerToken)
    {
        var pipe = TransferPipe.Create();
        var fd = MemoryFile.Create("holdfast-transfer", TransferRecord.PageBytes);
        var page = SharedMapping.Map(fd, 0, TransferRecord.PageBytes);
        var token = Encoding.ASCII.GetBytes(formerToken ?? RandomBytes.Hex(TokenFile.TokenBytes));
        return new TransferState(new HeldEntry(EntryName, token, [pipe.ReadEnd, pipe.WriteEnd, fd]), pipe, page, TransferRecord.Format(page.Memory));
    }

    public static TransferState Adopt(HeldEntry entry)
    {
        var pipe = TransferPipe.Adopt(entry.Descriptors[0], entry.Descriptors[1]);
        var page = SharedMapping.Map(entry.Descriptors[2], 0, TransferRecord.PageBytes);
        return new TransferState(entry, pipe, page, TransferRecord.Open(page.Memory));
    }

    /// <summary>Made with the first daemon of a keeper, and by no later one.</summary>
    public Fd PageFile => Entry.Descriptors[2];

    public ITransfer NewTransfer(bool canSplice) => canSplice ? new SpliceTransfer(Pipe, Record) : new PatternTransfer(Record);
}
