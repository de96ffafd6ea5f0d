using System.Text;

namespace Holdfast.DaemonRpc.Client;

/// <summary>What is to be done, where. Immutable.</summary>
public sealed record CommandRequest
{
    /// <summary>The command's text, any bytes.</summary>
    public ReadOnlyMemory<byte> Body { get; init; }

    public IReadOnlyList<string> Arguments { get; init; } = [];

    public string WorkingDirectory { get; init; } = Environment.CurrentDirectory;

    /// <summary>Instead of the variables that the options forward.</summary>
    public IReadOnlyDictionary<string, string>? Variables { get; init; }

    public static CommandRequest Of(string text, params IReadOnlyList<string> arguments) => new() { Body = Encoding.UTF8.GetBytes(text), Arguments = arguments };

    /// <summary>Reads standard input to its end.</summary>
    /// <exception cref="DaemonException">COMMAND_TOO_LARGE.</exception>
    public static async Task<CommandRequest> FromAsync(Stream input, int maxBytes, IReadOnlyList<string> arguments, CancellationToken cancellationToken = default)
    {
        using var body = new MemoryStream();
        var buffer = new byte[64 * 1024];
        int read;
        while ((read = await input.ReadAsync(buffer, cancellationToken)) > 0)
        {
            if (body.Length + read > maxBytes)
                throw TooLarge(maxBytes);
            body.Write(buffer, 0, read);
        }
        return new CommandRequest { Body = body.GetBuffer().AsMemory(0, (int)body.Length), Arguments = arguments };
    }

    internal static DaemonException TooLarge(int maxBytes) =>
        new("COMMAND_TOO_LARGE", $"the command's text is longer than {maxBytes} bytes", "name a file instead of sending its content", ExitCodes.TooLarge);
}
