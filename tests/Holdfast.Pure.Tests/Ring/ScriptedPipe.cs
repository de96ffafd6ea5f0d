using Holdfast.Ring;

namespace Holdfast.Pure.Tests.Ring;

/// <summary>A pipe with a PTY in front of it, both outside the daemon; each call is one step. Reads give at most a set number of bytes.</summary>
public sealed class ScriptedPipe(KillSwitch kill) : ITransferPipe
{
    public ReadOnlyMemory<byte> Inside { get; private set; }

    /// <summary>What the program wrote and nobody took yet.</summary>
    public ReadOnlyMemory<byte> Terminal { get; private set; }

    public int MostPerRead { get; set; } = int.MaxValue;

    public int Available
    {
        get
        {
            kill.BeforeStep();
            return Inside.Length;
        }
    }

    public int Read(Span<byte> into)
    {
        kill.BeforeStep();
        var count = Math.Min(Math.Min(into.Length, MostPerRead), Inside.Length);
        Inside.Span[..count].CopyTo(into);
        Inside = Inside[count..];
        return count;
    }

    /// <summary>splice(): the bytes leave the PTY and are in the pipe, in one step.</summary>
    public int Splice(int most)
    {
        kill.BeforeStep();
        var count = Math.Min(most, Terminal.Length);
        Inside = Inside.IsEmpty ? Terminal[..count] : (byte[])[.. Inside.Span, .. Terminal.Span[..count]];
        Terminal = Terminal[count..];
        return count;
    }

    /// <summary>A plain read() of the PTY: taken and in memory in one step, as for a killed process.</summary>
    public int ReadTerminal(Span<byte> into)
    {
        kill.BeforeStep();
        var count = Math.Min(into.Length, Terminal.Length);
        Terminal.Span[..count].CopyTo(into);
        Terminal = Terminal[count..];
        return count;
    }

    public void Restore(ReadOnlyMemory<byte> inside, ReadOnlyMemory<byte> terminal) => (Inside, Terminal) = (inside, terminal);
}
