using System.Globalization;
using System.Text;
using System.Text.Json;
using Holdfast.Protocol;

namespace Holdfast.Generate;

/// <summary>What the TypeScript client shares with the .NET one beside the messages: the error registry, limits and feature names. Stateless.</summary>
internal static class TypeScriptFiles
{
    private const string Folder = "clients/typescript/src/generated";

    public static IEnumerable<GeneratedFile> All(IReadOnlyList<ErrorRow> rows) =>
    [
        new($"{Folder}/errors.ts", Errors(rows)),
        new($"{Folder}/limits.ts", Limits()),
    ];

    private static string Errors(IReadOnlyList<ErrorRow> rows)
    {
        var text = new StringBuilder();
        text.Append(
            """
            // Written by tools/Holdfast.Generate from proto/holdfast/v1/errors.proto: edit that.

            /** What an error code means and what to do about it. */
            export interface ErrorEntry {
              readonly number: number;
              readonly name: string;
              readonly meaning: string;
              readonly hint: string | undefined;
              readonly exitCode: number;
              readonly retryable: boolean;
            }

            export const errorEntries: readonly ErrorEntry[] = [

            """);
        foreach (var (number, name, facts) in rows)
        {
            var hint = facts.Hint.Length == 0 ? "undefined" : Literal(facts.Hint);
            var retryable = facts.Retryable ? "true" : "false";
            text.Append(
                CultureInfo.InvariantCulture,
                $"  {{ number: {number}, name: {Literal(name)}, meaning: {Literal(facts.Meaning)}, hint: {hint}, exitCode: {facts.ExitCode}, retryable: {retryable} }},\n");
        }

        return text.Append("];\n").ToString();
    }

    private static string Limits() =>
        string.Create(
            CultureInfo.InvariantCulture,
            $$"""
            // Written by tools/Holdfast.Generate from src/Holdfast.Protocol: edit that.

            export const protocolVersion = {{ProtocolVersion.Current}};

            export const limits = {
              maxFrameBytes: {{ProtocolLimits.MaxFrameBytes}},
              maxOutputDataBytes: {{ProtocolLimits.MaxOutputDataBytes}},
              maxInputDataBytes: {{ProtocolLimits.MaxInputDataBytes}},
              inputWindowBytes: {{ProtocolLimits.InputWindowBytes}},
              maxHistoryBytes: {{ProtocolLimits.MaxHistoryBytes}},
              maxClientIdChars: {{ProtocolLimits.MaxClientIdChars}},
              handshakeTimeoutMs: {{ProtocolLimits.HandshakeTimeoutMs}},
              maxTerminalSide: {{ProtocolLimits.MaxTerminalSide}},
              maxSessionNameChars: {{SessionName.MaxChars}},
            } as const;

            export const features = { owners: {{Literal(ProtocolFeatures.Owners)}}, acks: {{Literal(ProtocolFeatures.Acks)}}, cancels: {{Literal(ProtocolFeatures.Cancels)}} } as const;

            """);

    // A JSON string is a TypeScript one; what a page in HTML would escape stays as it is.
    private static string Literal(string value) => $"\"{JsonEncodedText.Encode(value, System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping)}\"";
}
