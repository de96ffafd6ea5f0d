using System.CommandLine;
using System.Text;
using Holdfast.Cli.Input;
using Holdfast.Cli.Sessions;
using Holdfast.Client;
using Holdfast.Protocol;
using Holdfast.Protocol.V1;

namespace Holdfast.Cli.Commands;

/// <summary>`send`: input to a session, returning when it has reached the terminal. One per command line.</summary>
internal sealed class SendCommand : Command
{
    private const int ChunkBytes = 64 * 1024;

    // Programs that tell a paste from typing look at the time between; a return in the same read would belong to the paste.
    private static readonly TimeSpan AfterPaste = TimeSpan.FromMilliseconds(50);

    public SendCommand()
        : base("send", "Send input to a session: the words joined by blanks, or standard input. Returns when the terminal has it.\n\n  holdfast send work 'make test' --enter\n  holdfast send agent --submit 'explain this'\n  holdfast send work --stdin < script.sh")
    {
        var session = CommonOptions.Session();
        var text = new Argument<string[]>("TEXT") { Description = "Literal text", Arity = ArgumentArity.ZeroOrMore };
        var enter = new Option<bool>("--enter") { Description = "Then press Enter" };
        var submit = new Option<bool>("--submit") { Description = "As a bracketed paste, then press Enter" };
        var stdin = new Option<bool>("--stdin") { Description = "Send standard input to its end" };
        Arguments.Add(session);
        Arguments.Add(text);
        Options.Add(enter);
        Options.Add(submit);
        var takeover = CommonOptions.Takeover();
        Options.Add(stdin);
        Options.Add(takeover);
        Options.Add(CommonOptions.Json());
        SetAction((parsed, cancellation) => RunAsync(
            parsed.GetRequiredValue(session),
            new Input(parsed.GetValue(text) ?? [], parsed.GetValue(enter), parsed.GetValue(submit), parsed.GetValue(stdin), parsed.GetValue(takeover)),
            cancellation));
    }

    private static Task<int> RunAsync(string name, Input input, CancellationToken cancellation)
    {
        input.Check();
        return DaemonAccess.WithSessionAsync(name, async client =>
        {
            var request = new AttachRequest { Session = name, NoOutput = true, As = input.Takeover ? AttachAs.AsTakeover : AttachAs.AsUnspecified };
            await using var session = await client.AttachAsync(request, cancellation);
            if (input.Stdin)
                await SendStandardInputAsync(session, cancellation);
            else
                await session.WriteAsync(input.Bytes(), cancellation);
            if (input.Submit)
            {
                await session.FlushAsync(cancellation);
                await Task.Delay(AfterPaste, cancellation);
            }

            if (input.Submit || input.Enter)
                await session.WriteAsync("\r"u8.ToArray(), cancellation);
            await session.FlushAsync(cancellation);
            return 0;
        }, cancellation);
    }

    private static async Task SendStandardInputAsync(SessionAttachment session, CancellationToken cancellation)
    {
        var buffer = new byte[ChunkBytes];
        while (StandardInput.Read(buffer) is > 0 and var read)
            await session.WriteAsync(buffer.AsMemory(0, read), cancellation);
    }

    /// <summary>What was asked to be sent. A value.</summary>
    internal sealed record Input(string[] Words, bool Enter, bool Submit, bool Stdin, bool Takeover)
    {
        private const string PasteBegins = "\e[200~";
        private const string PasteEnds = "\e[201~";

        public void Check()
        {
            if (Stdin && (Words.Length > 0 || Submit))
                throw new HoldfastException(ErrorCode.Usage, "--stdin goes without text and without --submit");
            if (!Stdin && Words.Length == 0 && !Enter)
                throw new HoldfastException(ErrorCode.Usage, "there is nothing to send", "Give text, --stdin or --enter.");
        }

        public byte[] Bytes()
        {
            var text = string.Join(' ', Words);
            return Encoding.UTF8.GetBytes(Submit ? PasteBegins + text + PasteEnds : text);
        }
    }
}
