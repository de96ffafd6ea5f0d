using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using Holdfast.Ring;

namespace Holdfast.Pure.Tests.Ring;

/// <summary>What outlives a daemon around one session: header, data, record page, pipe and PTY, with a way back to an earlier state.</summary>
[SuppressMessage("Design", "CA1001", Justification = "Memory managers over plain arrays: there is nothing to release.")]
public sealed class RingWorld
{
    public const int Capacity = (int)RingLayout.MinCapacity;
    public const ulong Key = 0x5E55_1011;
    public const int PipeCapacity = 65536;

    private readonly SharedBytes _header;
    private readonly TwiceMapped _data;
    private readonly SharedBytes _page;

    /// <summary>A world with an empty ring; its first byte ever has the given offset.</summary>
    public RingWorld(ulong start = 0)
    {
        Kill = new KillSwitch();
        _header = new SharedBytes((int)RingLayout.HeaderBytes, Kill);
        _data = new TwiceMapped(Capacity, Kill);
        _page = new SharedBytes(TransferRecord.PageBytes, Kill);
        Pipe = new ScriptedPipe(Kill);
        SessionRing.Format(Header, Data, Key, Capacity);
        TransferRecord.Format(Page);
        Poke(RingLayout.HeadAt, start);
    }

    public KillSwitch Kill { get; }

    public ScriptedPipe Pipe { get; }

    public Memory<byte> Header => _header.Memory;

    public Memory<byte> Data => _data.Memory;

    public Memory<byte> Page => _page.Memory;

    /// <summary>As a new daemon does: maps the memory and knows nothing else.</summary>
    public SessionRing Ring() => SessionRing.Open(Header, Data);

    public TransferRecord Record() => TransferRecord.Open(Page);

    /// <summary>Damages or presets one field.</summary>
    public void Poke(int at, ulong value) => BinaryPrimitives.WriteUInt64LittleEndian(_header.Raw.AsSpan(at), value);

    public void PokePage(int at, ulong value) => BinaryPrimitives.WriteUInt64LittleEndian(_page.Raw.AsSpan(at), value);

    public WorldState Save() =>
        new(_header.Raw[..RingLayout.Unit], _data.Save(), _page.Raw.ToArray(), Pipe.Inside, Pipe.Terminal);

    public void Restore(WorldState state)
    {
        state.Unit.CopyTo(_header.Raw, 0);
        _data.Restore(state.Data);
        state.Page.CopyTo(_page.Raw, 0);
        Pipe.Restore(state.Pipe, state.Terminal);
    }

    /// <summary>Puts bytes into the ring the plain way.</summary>
    public void Append(ReadOnlySpan<byte> bytes)
    {
        var ring = Ring();
        bytes.CopyTo(ring.WriteWindow(ring.Head, bytes.Length));
        ring.Publish(ring.Head + (ulong)bytes.Length);
    }
}
