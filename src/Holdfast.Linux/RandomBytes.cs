using Holdfast.Linux.Interop;

namespace Holdfast.Linux;

/// <summary>
/// Random bytes fit for secrets, from the kernel (getrandom(2)). Stateless, any thread. The class library's generator loads OpenSSL for it:
/// 5 ms of every command and 4 MB of every process.
/// </summary>
public static class RandomBytes
{
    // getrandom(2) gives up to this many in one piece, never fewer and never interrupted, once the pool is ready.
    private const int Most = 256;

    /// <summary>As lower-case hexadecimal digits, two a byte.</summary>
    public static string Hex(int count)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, Most);
        Span<byte> bytes = stackalloc byte[count];
        Fill(bytes);
        return Convert.ToHexStringLower(bytes);
    }

    private static unsafe void Fill(Span<byte> bytes)
    {
        fixed (byte* p = bytes)
        {
            nint n;
            do
                n = Libc.getrandom(p, (nuint)bytes.Length, 0);
            while (Sys.Interrupted(n));
            Sys.Check("getrandom", n);
        }
    }
}
