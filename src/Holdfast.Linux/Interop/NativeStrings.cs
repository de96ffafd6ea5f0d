using System.Runtime.InteropServices;
using System.Text;

namespace Holdfast.Linux.Interop;

/// <summary>Zero-terminated strings outside the managed heap for the time of one call. Owned by who makes the call.</summary>
internal sealed unsafe class NativeStrings : IDisposable
{
    private readonly List<nint> _blocks = [];

    public byte* Add(string text)
    {
        var bytes = Encoding.UTF8.GetByteCount(text);
        var block = (byte*)NativeMemory.Alloc((nuint)bytes + 1);
        Encoding.UTF8.GetBytes(text, new Span<byte>(block, bytes));
        block[bytes] = 0;
        _blocks.Add((nint)block);
        return block;
    }

    /// <summary>Pointers to the strings and a final null.</summary>
    public byte*[] Array(IReadOnlyList<string> texts)
    {
        var array = new byte*[texts.Count + 1];
        for (var i = 0; i < texts.Count; i++)
            array[i] = Add(texts[i]);
        return array;
    }

    public void Dispose()
    {
        foreach (var block in _blocks)
            NativeMemory.Free((void*)block);
    }
}
