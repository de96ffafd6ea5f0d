using Holdfast.Daemon.Keepers;
using Holdfast.Daemon.Killing;
using Holdfast.Linux;
using Holdfast.Linux.Memory;
using Holdfast.Linux.Pty;
using Holdfast.Linux.Spawn;
using Holdfast.Protocol;
using Holdfast.Protocol.V1;

namespace Holdfast.Daemon.Sessions;

/// <summary>
/// The steps that make a program run in a session, for new sessions and restored ones alike: find it, open a terminal, have the keeper store
/// everything and only then start it. What to do after a failure is for the caller to say. Owned by the host, loop thread.
/// </summary>
public sealed class SessionLauncher(KeeperLink keeper, SessionKiller killer)
{
    private static readonly TimeSpan LookTimeout = TimeSpan.FromSeconds(5);

    /// <summary>The absolute path of the program.</summary>
    /// <exception cref="HoldfastException">As <see cref="ProgramResolver.Resolve"/>; SPAWN_TIMEOUT.</exception>
    public static async Task<string> ResolveAsync(IReadOnlyList<string> command, string cwd, List<string> environment)
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

    /// <exception cref="HoldfastException">PTY_EXHAUSTED.</exception>
    public static PtyPair OpenTerminal(TerminalSize size)
    {
        try
        {
            return PtyPair.Open(new WindowSize((ushort)size.Cols, (ushort)size.Rows));
        }
        catch (LinuxException e)
        {
            throw new HoldfastException(ErrorCode.PtyExhausted, $"no terminal could be opened: {e.Error}", hint: null, e);
        }
    }

    /// <exception cref="HoldfastException">KEEPER_UNAVAILABLE.</exception>
    public async Task StoreAsync(Session session)
    {
        var answers = await Task.WhenAll(
            keeper.StoreAsync(session.Entry),
            keeper.StoreAsync(new HeldEntry(session.PtyEntry, default, [session.Pty!.Fd])),
            keeper.StoreAsync(new HeldEntry(session.TtyEntry, default, [session.Slave!])));
        if (Array.Find(answers, e => e != Errno.None) is var error && error != Errno.None)
            throw new HoldfastException(ErrorCode.KeeperUnavailable, $"the keeper could not store the session: {error}");
    }

    /// <exception cref="HoldfastException">As <see cref="ProgramResolver.Explain"/> says.</exception>
    public async Task SpawnAsync(Session session, SpawnPlan plan)
    {
        Errno error;
        using (var file = MemoryFile.FromBytes("holdfast-plan", plan.Encode()))
            error = await keeper.SpawnAsync(session.Entry, session.Slave!, file);
        if (error == Errno.ECONNRESET)
            await EndUnknownAsync(session);
        if (error != Errno.None)
            throw ProgramResolver.Explain(error, plan.Arguments[0]);
    }

    // The keeper was lost, and its child may run all the same: known to nobody it would do so for ever.
    private async Task EndUnknownAsync(Session session)
    {
        await killer.EndAllAsync(session, TimeSpan.Zero);
        // One that was no more than forked looks like a keeper still. It is hung up with its terminal, or cannot open it; what was quicker shows now.
        await WithdrawAsync(session);
        await killer.EndAllAsync(session, TimeSpan.Zero);
    }

    /// <summary>The program was never started: its terminal goes, the session's ring stays.</summary>
    public async Task WithdrawAsync(Session session)
    {
        await Task.WhenAll(keeper.RemoveAsync(session.Id), keeper.RemoveAsync(session.PtyEntry), keeper.RemoveAsync(session.TtyEntry));
        session.Pty?.Dispose();
        session.Slave?.Dispose();
        (session.Pty, session.Slave) = (null, null);
    }
}
