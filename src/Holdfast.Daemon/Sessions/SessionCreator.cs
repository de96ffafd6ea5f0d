using Google.Protobuf;
using Holdfast.Daemon.Config;
using Holdfast.Daemon.Health;
using Holdfast.Daemon.Journal;
using Holdfast.Daemon.Keepers;
using Holdfast.Linux;
using Holdfast.Linux.Pty;
using Holdfast.Linux.Spawn;
using Holdfast.Protocol;
using Holdfast.Protocol.V1;
using Microsoft.Extensions.Logging;

namespace Holdfast.Daemon.Sessions;

/// <summary>
/// Makes sessions: checks the request, opens ring and PTY, has the keeper store them, and only then has it start the program. Killed at any
/// point it leaves either nothing or a session that the next daemon finds whole. Owned by the host, loop thread.
/// </summary>
public sealed class SessionCreator(
    SessionTable sessions, SessionLauncher launcher, SessionLife life, SessionRecorder recorder, DaemonOptions options, SessionRules rules, string socket,
    ILogger log)
{
    private readonly Dictionary<string, Task<Session>> _underWay = new(StringComparer.Ordinal);

    public Task<Session> CreateAsync(CreateRequest request)
    {
        // Sent again after a lost connection: the same session, not a second one.
        if (sessions.ByCreationKey(request.CreationKey) is { } made)
            return Task.FromResult(made);
        if (_underWay.TryGetValue(request.CreationKey, out var making))
            return making;
        var task = MakeAsync(request);
        if (request.CreationKey.Length > 0 && !task.IsCompleted)
        {
            _underWay[request.CreationKey] = task;
            _ = task.ContinueWith(_ => _underWay.Remove(request.CreationKey), TaskScheduler.FromCurrentSynchronizationContext());
        }
        return task;
    }

    private async Task<Session> MakeAsync(CreateRequest request)
    {
        var (size, ringBytes) = Check(request);
        var name = ReserveName(request.Name);
        try
        {
            var command = request.Command.Count > 0 ? request.Command.ToArray() : [SessionEnvironment.ShellOf(request.Environment)];
            var id = SessionTable.NewId();
            var environment = SessionEnvironment.Of(request.Environment, name, id, socket);
            var program = await SessionLauncher.ResolveAsync(command, request.Cwd, environment);
            if (sessions.ByName(name) is { } old)
                await life.FinalizeAsync(old);
            var session = Open(request, name, id, command, size, ringBytes);
            await StartAsync(session, request, new SpawnPlan(program, request.Cwd, command, environment));
            return session;
        }
        finally
        {
            sessions.ReleaseName(name);
        }
    }

    private (TerminalSize Size, ulong RingBytes) Check(CreateRequest request)
    {
        var size = request.Size ?? new TerminalSize { Cols = 80, Rows = 24 };
        if (!ProtocolLimits.IsTerminalSize(size.Cols, size.Rows))
            throw new HoldfastException(ErrorCode.SizeInvalid, $"the size {size.Cols}x{size.Rows} is out of range");
        var ringBytes = request.RingBytes == 0 ? options.RingBytes : request.RingBytes;
        if (!ProtocolLimits.IsRingBytes(ringBytes))
            throw new HoldfastException(ErrorCode.RingSizeInvalid, $"a ring of {ringBytes} bytes is not possible");
        if (sessions.Count >= options.MaxSessions)
            throw new HoldfastException(ErrorCode.LimitSessions, $"there are {sessions.Count} sessions, as many as allowed");
        if (sessions.RingBytes + ringBytes > options.MaxRingBytes)
            throw new HoldfastException(ErrorCode.LimitRingBytes, $"all rings together would be larger than {SizeText.FormatBytes(options.MaxRingBytes)}");
        return (size, ringBytes);
    }

    private string ReserveName(string asked)
    {
        if (asked.Length == 0)
            return NameMaker.Make(sessions.TryReserveName);
        switch (SessionName.Check(asked))
        {
            case ErrorCode.NameReserved:
                throw new HoldfastException(ErrorCode.NameReserved, $"the name '{asked}' is reserved");
            case not null:
                throw new HoldfastException(ErrorCode.NameInvalid, $"'{Shorten(asked)}' is not a session name");
            default:
                return sessions.TryReserveName(asked) ? asked : throw new HoldfastException(ErrorCode.NameTaken, $"a session '{asked}' is there already");
        }
    }

    private static string Shorten(string text) => text.Length <= 60 ? text : text[..60] + "…";

    private Session Open(CreateRequest request, string name, string id, string[] command, TerminalSize size, ulong ringBytes)
    {
        var number = sessions.NewNumber();
        var memory = OpenRing(id, ringBytes);
        PtyPair pty;
        try
        {
            pty = SessionLauncher.OpenTerminal(size);
        }
        catch (HoldfastException)
        {
            memory.Dispose();
            throw;
        }
        memory.Ring.Sizes.Append(0, (ushort)size.Cols, (ushort)size.Rows);
        var record = new SessionRecord
        {
            Version = 1,
            CreationKey = request.CreationKey,
            Session = new SessionInfo
            {
                Id = id,
                Number = number,
                Name = name,
                State = SessionState.Starting,
                Cwd = request.Cwd,
                Size = size,
                CreatedAtMs = (ulong)DateTimeOffset.UtcNow.ToUnixTimeMilliseconds(),
                Overflow = request.Overflow,
                Restore = request.Restore,
            },
        };
        record.Session.Command.Add(command);
        var session = new Session(record, memory, new HeldEntry(id, record.ToByteArray(), [memory.Fd]), rules) { Pty = pty.Master, Slave = pty.Slave };
        sessions.Add(session);
        return session;
    }

    private static SessionMemory OpenRing(string id, ulong ringBytes)
    {
        try
        {
            return SessionMemory.Create(id, Convert.ToUInt64(id, 16), (long)ringBytes);
        }
        catch (LinuxException e) when (e.Error == Errno.EFBIG)
        {
            throw new HoldfastException(ErrorCode.FileSizeLimit, $"a ring of {SizeText.FormatBytes(ringBytes)} is larger than the file-size limit", hint: null, e);
        }
    }

    private async Task StartAsync(Session session, CreateRequest request, SpawnPlan plan)
    {
        try
        {
            // Both before the program exists: whoever is killed from here on leaves what a successor knows it by.
            await Task.WhenAll(recorder.BeginAsync(session, request.Environment, request.KeepSecrets), launcher.StoreAsync(session));
            await launcher.SpawnAsync(session, plan);
        }
        catch (HoldfastException why)
        {
            log.SessionNotStarted(session.Name, session.Id, why.Message);
            await life.FinalizeAsync(session);
            throw;
        }
        log.SessionStarted(session.Name, session.Id, session.Entry.Pid);
        life.BeginRunning(session);
    }
}
