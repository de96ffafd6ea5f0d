using System.Buffers.Binary;
using System.Diagnostics;
using System.Text;

namespace Holdfast.Terminal.Agreement.Oracle;

/// <summary>
/// The node process that answers what @xterm/headless shows (Oracle/oracle.mjs describes the frames).
/// One for the whole assembly; used by one test at a time; ends with its standard input.
/// </summary>
public sealed class OracleProcess : IDisposable
{
    private readonly Process _node;

    public OracleProcess()
    {
        var script = AgreementFolder.PathOf("Oracle/oracle.mjs");
        if (!Directory.Exists(AgreementFolder.PathOf("Oracle/node_modules/@xterm/headless")))
            throw new InvalidOperationException("The oracle's packages are not installed: `npm ci` in tests/Holdfast.Terminal.Agreement/Oracle (./test does it).");
        var start = new ProcessStartInfo("node", ["--no-warnings", script]) { UseShellExecute = false, RedirectStandardInput = true, RedirectStandardOutput = true };
        _node = Process.Start(start) ?? throw new InvalidOperationException("node did not start.");
    }

    public string Show(OracleCase terminal) => Show([terminal])[0];

    /// <summary>The pictures of all these cases, in one round trip.</summary>
    public IReadOnlyList<string> Show(IReadOnlyList<OracleCase> cases)
    {
        Ask(cases);
        return Take(cases.Count);
    }

    /// <summary>Sends a batch; <see cref="Take"/> later, so that both sides work meanwhile. Not more than one batch ahead: the pipes would fill.</summary>
    public void Ask(IReadOnlyList<OracleCase> cases)
    {
        using var request = new MemoryStream();
        using var writer = new BinaryWriter(request);
        writer.Write(0u);
        writer.Write((uint)cases.Count);
        foreach (var terminal in cases)
            Write(writer, terminal);
        writer.Flush();
        var frame = request.GetBuffer().AsSpan(0, (int)request.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(frame, (uint)frame.Length - 4);
        _node.StandardInput.BaseStream.Write(frame);
        _node.StandardInput.BaseStream.Flush();
    }

    public IReadOnlyList<string> Take(int count)
    {
        if (count == 0)
            return [];
        var output = _node.StandardOutput.BaseStream;
        Span<byte> head = stackalloc byte[4];
        ReadExactly(output, head);
        var body = new byte[BinaryPrimitives.ReadUInt32LittleEndian(head)];
        ReadExactly(output, body);
        var pictures = new string[count];
        var at = 0;
        for (var i = 0; i < count; i++)
        {
            var length = BinaryPrimitives.ReadInt32LittleEndian(body.AsSpan(at));
            pictures[i] = Encoding.UTF8.GetString(body, at + 4, length);
            at += 4 + length;
        }
        return pictures;
    }

    public void Dispose()
    {
        // Where it died, the test that saw it said so.
        if (!_node.HasExited)
            _node.StandardInput.Close();
        _node.WaitForExit();
        _node.Dispose();
    }

    private static void Write(BinaryWriter writer, OracleCase terminal)
    {
        writer.Write((ushort)terminal.Size.Columns);
        writer.Write((ushort)terminal.Size.Rows);
        writer.Write((uint)terminal.ScrollbackLines);
        writer.Write((byte)((terminal.Corrected ? 1 : 0) | (terminal.Full ? 2 : 0)));
        writer.Write((ushort)terminal.Steps.Count);
        foreach (var step in terminal.Steps)
        {
            if (step.Bytes is { } bytes)
            {
                writer.Write((byte)0);
                writer.Write((uint)bytes.Length);
                writer.Write(bytes);
            }
            else
            {
                writer.Write((byte)1);
                writer.Write((ushort)step.Size.Columns);
                writer.Write((ushort)step.Size.Rows);
            }
        }
    }

    private void ReadExactly(Stream output, Span<byte> bytes)
    {
        if (output.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false) < bytes.Length)
            throw new InvalidOperationException($"The oracle ended{(_node.HasExited ? $" with code {_node.ExitCode}" : "")}; its standard error says why.");
    }
}
