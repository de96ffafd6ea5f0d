using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Holdfast.Cli.Output;

/// <summary>Writes one JSON document and a newline to standard output. Stateless.</summary>
internal static class JsonOutput
{
    public static void Write<T>(T document, JsonTypeInfo<T> shape)
    {
        var bytes = JsonSerializer.SerializeToUtf8Bytes(document, shape);
        StandardOutput.Write([.. bytes, (byte)'\n']);
    }
}
