using Google.Protobuf;
using Holdfast.Daemon.Config;
using Holdfast.Daemon.Health;
using Holdfast.Daemon.Keepers;
using Holdfast.Linux;
using Holdfast.Linux.Memory;
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
    SessionTable sessions, KeeperLink keeper, SessionLife life, DaemonOptions options, SessionRules rules, string socket, ILogger log)
{
    private static readonly TimeSpan LookTimeout = TimeSpan.FromSeconds(5);
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
            var command = request.Command.Count > 0 ? request.Command.ToArray() : [ShellOf(request)];
            var id = SessionTable.NewId();
            var environment = EnvironmentOf(request, name, id);
            var program = await ResolveAsync(command, request.Cwd, environment);
            if (sessions.ByName(name) is { } old)
                await life.FinalizeAsync(old);
            var session = Open(request, name, id, command, size, ringBytes);
            await StoreAsync(session);
            await SpawnAsync(session, new SpawnPlan(program, request.Cwd, command, environment));
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

    private static string ShellOf(CreateRequest request) =>
        request.Environment.TryGetValue("SHELL", out var shell) && shell.Length > 0 ? shell : "/bin/sh";

    private List<string> EnvironmentOf(CreateRequest request, string name, string id)
    {
        var variables = new Dictionary<string, string>(request.Environment, StringComparer.Ordinal)
        {
            ["HOLDFAST_SESSION"] = name,
            ["HOLDFAST_SESSION_ID"] = id,
            ["HOLDFAST_SOCKET"] = socket,
        };
        variables.TryAdd("TERM", "xterm-256color");
        // They describe the terminal of whoever asked, and would overrule the session's own size.
        variables.Remove("COLUMNS");
        variables.Remove("LINES");
        if (variables.Any(v => v.Key.Length == 0 || v.Key.Contains('=') || v.Key.Contains('\0') || v.Value.Contains('\0')))
            throw new HoldfastException(ErrorCode.ProtoMalformed, "an environment variable has no name, or holds a zero byte");
        return [.. variables.Select(v => $"{v.Key}={v.Value}")];
    }

    private static async Task<string> ResolveAsync(string[] command, string cwd, List<string> environment)
    {
        if (command[0].Length == 0 || command.Any(a => a.Contains('\0')))
            throw new HoldfastException(ErrorCode.ShellNotFound, "the command is empty or holds a zero byte");
        var look = Task.Run(() => ProgramResolver.Resolve(command[0], cwd, command, environment));
        try
        {
            return await look.WaitAsync(LookTimeout);
        }
        catch (TimeoutException e)
        {
            throw new HoldfastException(ErrorCode.SpawnTimeout, $"looking at '{cwd}' and '{command[0]}' took too long", hint: null, e);
        }
    }

    private Session Open(CreateRequest request, string name, string id, string[] command, TerminalSize size, ulong ringBytes)
    {
        var number = sessions.NewNumber();
        var memory = OpenRing(id, ringBytes);
        PtyPair pty;
        try
        {
            pty = PtyPair.Open(new WindowSize((ushort)size.Cols, (ushort)size.Rows));
        }
        catch (LinuxException e)
        {
            memory.Dispose();
            throw new HoldfastException(ErrorCode.PtyExhausted, $"no terminal could be opened: {e.Error}", hint: null, e);
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

    private async Task StoreAsync(Session session)
    {
        var answers = await Task.WhenAll(
            keeper.StoreAsync(session.Entry),
            keeper.StoreAsync(new HeldEntry(session.PtyEntry, default, [session.Pty!.Fd])),
            keeper.StoreAsync(new HeldEntry(session.TtyEntry, default, [session.Slave!])));
        if (Array.Find(answers, e => e != Errno.None) is var error && error != Errno.None)
        {
            await life.FinalizeAsync(session);
            throw new HoldfastException(ErrorCode.KeeperUnavailable, $"the keeper could not store the session: {error}");
        }
    }

    private async Task SpawnAsync(Session session, SpawnPlan plan)
    {
        Errno error;
        using (var file = MemoryFile.FromBytes("holdfast-plan", plan.Encode()))
            error = await keeper.SpawnAsync(session.Entry, session.Slave!, file);
        if (error != Errno.None)
        {
            var why = ProgramResolver.Explain(error, plan.Arguments[0]);
            log.SessionNotStarted(session.Name, session.Id, why.Message);
            await life.FinalizeAsync(session);
            throw why;
        }
        log.SessionStarted(session.Name, session.Id, session.Entry.Pid);
        life.BeginRunning(session);
    }
}
