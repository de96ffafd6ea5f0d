namespace Holdfast.Keeper;

/// <summary>The fields of a <see cref="KeeperState"/> in their order. Stateless; any thread.</summary>
internal static class StateCodec
{
    public static void Write(BinaryWriter writer, KeeperState state)
    {
        WriteAll(writer, state.Arguments, (w, a) => w.Write(a));
        writer.Write(state.Epoch);
        writer.Write(state.Fetched);
        writer.Write(state.Channel);
        writer.Write(state.Request);
        writer.Write(state.SocketPath);
        writer.Write(state.Image);
        writer.Write(state.FormerImage);
        writer.Write(state.SoftLimit);
        WriteSupervisor(writer, state.Supervisor);
        WriteAll(writer, state.Entries, WriteEntry);
        WriteAll(writer, state.Unnamed, (w, u) =>
        {
            w.Write(u.Pid);
            w.Write(u.Handle);
        });
    }

    public static KeeperState Read(BinaryReader reader) => new()
    {
        Arguments = ReadAll(reader, r => r.ReadString()),
        Epoch = reader.ReadUInt32(),
        Fetched = reader.ReadBoolean(),
        Channel = reader.ReadInt32(),
        Request = reader.ReadUInt32(),
        SocketPath = reader.ReadInt32(),
        Image = reader.ReadInt32(),
        FormerImage = reader.ReadInt32(),
        SoftLimit = reader.ReadUInt64(),
        Supervisor = ReadSupervisor(reader),
        Entries = ReadAll(reader, ReadEntry),
        Unnamed = ReadAll(reader, r => new UnnamedState(r.ReadInt32(), r.ReadInt32())),
    };

    private static void WriteEntry(BinaryWriter writer, EntryState entry)
    {
        writer.Write(entry.Name);
        WriteBytes(writer, entry.Note);
        WriteAll(writer, entry.Descriptors, (w, d) => w.Write(d));
        writer.Write(entry.Pid);
        writer.Write(entry.Handle);
        writer.Write(entry.Flags);
        writer.Write(entry.Status);
    }

    private static EntryState ReadEntry(BinaryReader reader) => new(
        reader.ReadString(),
        ReadBytes(reader),
        ReadAll(reader, r => r.ReadInt32()),
        reader.ReadInt32(),
        reader.ReadInt32(),
        reader.ReadUInt16(),
        reader.ReadInt32());

    private static void WriteSupervisor(BinaryWriter writer, SupervisorState state)
    {
        writer.Write(state.Pid);
        writer.Write(state.Handle);
        writer.Write(state.Program);
        writer.Write(state.ReadyAt ?? -1);
        writer.Write(state.FailedStarts);
        writer.Write(state.Restarts);
        writer.Write(state.Stop ?? -1);
        WriteAll(writer, state.Crashes, (w, c) => w.Write(c));
        writer.Write(state.Trial is not null);
        if (state.Trial is not { } trial)
            return;
        writer.Write(trial.Program);
        writer.Write(trial.Former);
        writer.Write(trial.FormerImage);
        writer.Write(trial.PatienceMs);
        WriteBytes(writer, trial.Note);
        writer.Write(trial.Stage);
        writer.Write(trial.Reason);
    }

    private static SupervisorState ReadSupervisor(BinaryReader reader) => new(
        reader.ReadInt32(),
        reader.ReadInt32(),
        reader.ReadString(),
        reader.ReadInt64() is var at and >= 0 ? at : null,
        reader.ReadInt32(),
        reader.ReadInt32(),
        reader.ReadInt32() is var stop and >= 0 ? stop : null,
        ReadAll(reader, r => r.ReadInt64()),
        reader.ReadBoolean()
            ? new TrialState(reader.ReadString(), reader.ReadString(), reader.ReadInt32(), reader.ReadInt32(), ReadBytes(reader), reader.ReadInt32(), reader.ReadString())
            : null);

    private static void WriteBytes(BinaryWriter writer, byte[] bytes)
    {
        writer.Write(bytes.Length);
        writer.Write(bytes);
    }

    // A count beyond the file's end gives fewer bytes, and the next field is missing.
    private static byte[] ReadBytes(BinaryReader reader) =>
        reader.ReadInt32() is var count and >= 0 && reader.ReadBytes(count) is var bytes && bytes.Length == count
            ? bytes
            : throw new FormatException("a length in the state does not fit");

    private static void WriteAll<T>(BinaryWriter writer, IReadOnlyCollection<T> items, Action<BinaryWriter, T> write)
    {
        writer.Write(items.Count);
        foreach (var item in items)
            write(writer, item);
    }

    private static T[] ReadAll<T>(BinaryReader reader, Func<BinaryReader, T> read)
    {
        var items = new List<T>();
        for (var left = reader.ReadInt32(); left > 0; left--)
            items.Add(read(reader));
        return [.. items];
    }
}
