using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Holdfast.Cli.Output;

/// <summary>Writes one JSON document and a newline to standard output. Stateless.</summary>
internal static class JsonOutput
{
    // The document goes to a pipe or a terminal, never into a web page: quotes and letters stay readable.
    private static readonly JsonWriterOptions Literal = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static void Write<T>(T document, JsonTypeInfo<T> shape)
    {
        var bytes = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(bytes, Literal))
            JsonSerializer.Serialize(writer, document, shape);
        bytes.Write("\n"u8);
        StandardOutput.Write(bytes.WrittenSpan);
    }
}
