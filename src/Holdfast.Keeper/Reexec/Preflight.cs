using System.Buffers.Binary;
using System.Globalization;
using Holdfast.Linux;
using Holdfast.Linux.Files;
using Holdfast.Linux.Memory;
using Holdfast.Linux.Processes;
using Holdfast.Linux.Spawn;

namespace Holdfast.Keeper;

/// <summary>
/// Asks a keeper program, in a child, whether it starts and understands the state: the last question that costs nothing. Owned by the
/// renewal, for one question; loop thread.
/// </summary>
internal sealed class Preflight : IDisposable
{
    private const int ImageDescriptor = 3;
    private const int StateDescriptor = 4;
    private const int AnswerDescriptor = 5;
    private const int AnswerBytes = 8;

    private readonly Fd _state;
    private readonly Fd _answer = MemoryFile.Create("holdfast-keeper-preflight", AnswerBytes);

    public Preflight(KeeperState state) => _state = StateFile.Write(state);

    /// <summary>The child knew what only a reader of the state can know: a program that simply ends well is no keeper.</summary>
    public bool Passed => BinaryPrimitives.ReadUInt64LittleEndian(MemoryFile.ReadAll(_answer)) == StateFile.ChecksumOf(_state);

    /// <summary>The child that is asked.</summary>
    public SpawnJob Job(Fd image, string program, IReadOnlyList<string> arguments, ChildLimits limits, Action<SpawnOutcome> done)
    {
        var nothing = FileSystem.Open("/dev/null", OpenFlags.ReadOnly);
        var log = new Fd(2);
        List<string> asked = [program, .. KeeperImage.Lasting(arguments), KeeperImage.PreflightOption, StateDescriptor.ToString(CultureInfo.InvariantCulture)];
        return new SpawnJob(limits, outcome =>
        {
            nothing.Dispose();
            done(outcome);
        })
        {
            Plan = new SpawnPlan($"/proc/self/fd/{ImageDescriptor}", "/", asked, KeeperImage.Variables()),
            Descriptors = new ChildDescriptors.Listed([nothing, log, log, image, _state, _answer]),
        };
    }

    /// <summary>The child's part: reads the state, and shows it.</summary>
    public static int Answer(int state)
    {
        using var file = new Fd(state);
        using var answer = new Fd(AnswerDescriptor);
        StateFile.Read(file);
        var bytes = new byte[AnswerBytes];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, StateFile.ChecksumOf(file));
        return FileSystem.Write(answer, bytes).Ok ? 0 : 1;
    }

    public void Dispose()
    {
        _state.Dispose();
        _answer.Dispose();
    }
}
