using Holdfast.Protocol.V1;

namespace Holdfast.Generate;

/// <summary>One error code as errors.proto declares it.</summary>
internal sealed record ErrorRow(int Number, string Name, ErrorFacts Facts);
