using Google.Protobuf.Reflection;
using Holdfast.Protocol.V1;

namespace Holdfast.Generate;

/// <summary>
/// Reads the error codes from the schema's own descriptor, never from the generated registry: a stale registry cannot mislead it.
/// Stateless.
/// </summary>
internal static class ErrorTable
{
    public static IReadOnlyList<ErrorRow> Read()
    {
        var codes = ErrorsReflection.Descriptor.FindTypeByName<EnumDescriptor>(nameof(ErrorCode));
        return [.. codes.Values.Select(Row).OrderBy(row => row.Number)];
    }

    private static ErrorRow Row(EnumValueDescriptor value)
    {
        var facts = value.GetOptions()?.GetExtension(ErrorsExtensions.Facts);
        if (facts is null || facts.Meaning.Length == 0 || facts.ExitCode == 0)
            throw new InvalidDataException($"errors.proto: {value.Name} needs facts with a meaning and an exit code.");
        return new ErrorRow(value.Number, value.Name, facts);
    }
}
