namespace Holdfast.Cli.Output;

/// <summary>Where output goes, whole. One writer at a time.</summary>
internal interface IByteOutput
{
    void Write(ReadOnlySpan<byte> bytes);
}

/// <summary>Standard output as it is. Stateless.</summary>
internal sealed class StandardByteOutput : IByteOutput
{
    public void Write(ReadOnlySpan<byte> bytes) => StandardOutput.Write(bytes);
}
