using Holdfast.Ring;

namespace Holdfast.Pure.Tests.Ring;

/// <summary>A pipe with a PTY in front of it, both outside the daemon; each call is one step. Reads give at most a set number of bytes.</summary>
public sealed class ScriptedPipe(KillSwitch kill) : ITransferPipe
{
    public Queue<byte> Inside { get; private set; } = [];

    /// <summary>What the program wrote and nobody took yet.</summary>
    public Queue<byte> Terminal { get; private set; } = [];

    public int MostPerRead { get; set; } = int.MaxValue;

    public int Available
    {
        get
        {
            kill.BeforeStep();
            return Inside.Count;
        }
    }

    public int Read(Span<byte> into)
    {
        kill.BeforeStep();
        return Move(Inside, into[..Math.Min(into.Length, MostPerRead)]);
    }

    /// <summary>splice(): the bytes leave the PTY and are in the pipe, in one step.</summary>
    public int Splice(int most)
    {
        kill.BeforeStep();
        var count = Math.Min(most, Terminal.Count);
        for (var i = 0; i < count; i++)
            Inside.Enqueue(Terminal.Dequeue());
        return count;
    }

    /// <summary>A plain read() of the PTY: taken and in memory in one step, as for a killed process.</summary>
    public int ReadTerminal(Span<byte> into)
    {
        kill.BeforeStep();
        return Move(Terminal, into);
    }

    public void Restore(byte[] inside, byte[] terminal) => (Inside, Terminal) = (new Queue<byte>(inside), new Queue<byte>(terminal));

    private static int Move(Queue<byte> from, Span<byte> into)
    {
        var count = Math.Min(into.Length, from.Count);
        for (var i = 0; i < count; i++)
            into[i] = from.Dequeue();
        return count;
    }
}
