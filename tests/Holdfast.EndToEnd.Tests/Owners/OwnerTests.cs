using Holdfast.Client;
using Holdfast.EndToEnd.Tests.Connections;
using Holdfast.Protocol;
using Holdfast.Protocol.V1;
using Holdfast.TestKit;

namespace Holdfast.EndToEnd.Tests.Owners;

/// <summary>One client at a time changes a session; everybody else watches, and is told.</summary>
public sealed class OwnerTests
{
    [Fact]
    public async Task Only_the_owner_changes_a_session_and_a_takeover_tells_the_former_one()
    {
        await using var daemon = new DaemonProcess();
        await using var first = await daemon.ConnectAsync();
        await using var second = await daemon.ConnectOnlyAsync();
        await first.CreateAsync(daemon.Shell("work", "stty -echo; while read line; do echo got $line; done"));
        await using var owner = await first.AttachAsync(new AttachRequest { Session = "work", Start = true, As = AttachAs.AsOwner });
        Assert.True(owner.IsOwner);
        Assert.Equal(first.ClientId, (await first.InspectAsync("work")).Owner);

        await RefusedAsync(() => second.AttachAsync(new AttachRequest { Session = "work", Start = true, As = AttachAs.AsOwner }));
        await using var watcher = await second.AttachAsync(new AttachRequest { Session = "work", Start = true, As = AttachAs.AsObserver });
        Assert.Equal(1u, (await first.InspectAsync("work")).Observers);
        await RefusedAsync(() => second.ResizeAsync("work", 100, 30));
        await RefusedAsync(() => second.SignalAsync("work", 2, processGroup: false));
        await RefusedAsync(() => second.KillAsync("work"));
        await watcher.WriteAsync("not this\n"u8.ToArray());
        await RefusedAsync(() => watcher.FlushAsync());

        var former = owner.OwnerEpoch;
        await watcher.TakeAsync(force: true);
        Assert.True(watcher.IsOwner);
        var told = await UntilOwnerChangedAsync(owner);
        Assert.Equal((second.ClientId, first.ClientId, OwnerChange.OwnerTakenOver), (told.Owner, told.Former, told.Reason));
        Assert.False(owner.IsOwner);
        await owner.WriteAsync("a late write\n"u8.ToArray());
        await RefusedAsync(() => owner.FlushAsync());
        await RefusedAsync(() => first.ResizeAsync("work", 100, 30, former));
        await watcher.WriteAsync("from the new owner\n"u8.ToArray());
        await watcher.FlushAsync();
        await UntilOutputAsync(watcher, "got from the new owner");
        Assert.Contains("taken over", daemon.DaemonLog, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_former_owner_is_refused_also_where_nobody_owns_the_session_any_more()
    {
        await using var daemon = new DaemonProcess();
        await using var first = await daemon.ConnectAsync();
        await using var second = await daemon.ConnectOnlyAsync();
        await first.CreateAsync(daemon.Shell("work", "cat"));
        await using var owner = await first.AttachAsync(new AttachRequest { Session = "work", Start = true, As = AttachAs.AsOwner });
        var epoch = owner.OwnerEpoch;
        await using (var thief = await second.AttachAsync(new AttachRequest { Session = "work", Start = true, As = AttachAs.AsTakeover }))
            await thief.ReleaseAsync();
        Assert.Equal("", (await first.InspectAsync("work")).Owner);
        await RefusedAsync(() => first.ResizeAsync("work", 100, 30));
        await RefusedAsync(() => first.ResizeAsync("work", 100, 30, epoch));
        await owner.WriteAsync("late\n"u8.ToArray());
        await RefusedAsync(() => owner.FlushAsync());
        await owner.TakeAsync(force: false);
        await owner.WriteAsync("again the owner\n"u8.ToArray());
        await owner.FlushAsync();
        await UntilOutputAsync(owner, "again the owner");
    }

    [Fact]
    public async Task Who_names_no_part_owns_with_its_first_input_and_a_script_only_borrows()
    {
        await using var daemon = new DaemonProcess();
        await using var client = await daemon.ConnectAsync();
        await client.CreateAsync(daemon.Shell("work", "cat"));
        (await daemon.CliAsync("send", "work", "from a script", "--enter")).Succeeded();
        await using var seen = await Transcript.OfAsync(client, "work");
        await seen.UntilAsync("from a script");
        Assert.Equal("", (await client.InspectAsync("work")).Owner);
        (await daemon.CliAsync("resize", "work", "90x30")).Succeeded();
        await seen.TypeAsync("mine\r");
        await seen.UntilAsync("mine\r\nmine");
        Assert.Equal(client.ClientId, (await client.InspectAsync("work")).Owner);

        string[][] changes = [["send", "work", "x"], ["resize", "work", "80x24"], ["signal", "work", "INT"], ["kill", "work"]];
        foreach (var change in changes)
        {
            var refused = await daemon.CliAsync(change);
            Assert.Equal(77, refused.ExitCode);
            Assert.Contains("(OWNER_REQUIRED)", refused.Error, StringComparison.Ordinal);
        }
        (await daemon.CliAsync("rename", "work", "play")).Succeeded();
        (await daemon.CliAsync("send", "play", "taken over", "--enter", "--takeover")).Succeeded();
        await seen.UntilAsync("taken over");
        Assert.Equal("", (await client.InspectAsync("play")).Owner);
        await using (await daemon.ConnectOnlyAsync())
            (await daemon.CliAsync("kill", "play", "--takeover")).Succeeded();
    }

    [Fact]
    public async Task An_owner_whose_connection_breaks_keeps_its_claim_for_the_grace_time()
    {
        await using var daemon = new DaemonProcess(("HOLDFAST_OWNER_GRACE_MS", "700"));
        await using var client = await daemon.ConnectAsync();
        await client.CreateAsync(daemon.Shell("work", "cat"));
        await using var watcher = await client.AttachAsync(new AttachRequest { Session = "work", Now = true, As = AttachAs.AsObserver });
        var attach = new Envelope { RequestId = 2, Attach = new AttachRequest { Session = "work", Now = true, As = AttachAs.AsOwner } };
        ulong epoch;
        using (var peer = await RawPeer.GreetedAsync(daemon))
            epoch = (await peer.AskAsync(attach)).AttachAnswer.OwnerEpoch;
        await RefusedAsync(() => watcher.TakeAsync(force: false));
        using (var back = await RawPeer.GreetedAsync(daemon))
        {
            attach.Attach.OwnerEpoch = epoch;
            Assert.Equal(epoch, (await back.AskAsync(attach)).AttachAnswer.OwnerEpoch);
        }
        while (true)
        {
            var changed = await UntilOwnerChangedAsync(watcher);
            if (changed.Reason == OwnerChange.OwnerClaimed)
                continue;
            Assert.Equal((OwnerChange.OwnerLost, ""), (changed.Reason, changed.Owner));
            break;
        }
        await watcher.TakeAsync(force: false);
        using var late = await RawPeer.GreetedAsync(daemon);
        Assert.Equal(ErrorCode.OwnerRequired, (await late.AskAsync(attach)).Error.Code);
    }

    [Fact]
    public async Task An_owner_that_attaches_anew_to_watch_gives_the_session_up()
    {
        await using var daemon = new DaemonProcess();
        await using var client = await daemon.ConnectAsync();
        await client.CreateAsync(daemon.Shell("work", "cat"));
        using var peer = await RawPeer.GreetedAsync(daemon);
        var request = new Envelope { RequestId = 2, Attach = new AttachRequest { Session = "work", Now = true, As = AttachAs.AsOwner } };
        Assert.True((await peer.AskAsync(request)).AttachAnswer.Owner);
        request.Attach.As = AttachAs.AsUnspecified;
        Assert.True((await peer.AskAsync(request)).AttachAnswer.Owner);
        request.Attach.As = AttachAs.AsObserver;
        Assert.False((await peer.AskAsync(request)).AttachAnswer.Owner);
        Assert.Equal("", (await client.InspectAsync("work")).Owner);
    }

    [Fact]
    public async Task The_owner_is_the_owner_still_after_the_daemon_was_killed()
    {
        await using var daemon = new DaemonProcess();
        await using var first = await daemon.ConnectAsync();
        await using var second = await daemon.ConnectOnlyAsync();
        await first.CreateAsync(daemon.Shell("work", "cat"));
        await using var owner = await first.AttachAsync(new AttachRequest { Session = "work", Start = true, As = AttachAs.AsOwner });
        var epoch = owner.OwnerEpoch;
        await daemon.KillDaemonAsync();
        await RefusedAsync(() => second.AttachAsync(new AttachRequest { Session = "work", Start = true, As = AttachAs.AsOwner }));
        await owner.WriteAsync("after the kill\n"u8.ToArray());
        await owner.FlushAsync();
        await UntilOutputAsync(owner, "after the kill");
        Assert.Equal((true, epoch), (owner.IsOwner, owner.OwnerEpoch));
    }

    [Fact]
    public async Task A_stream_connection_of_the_owner_reads_and_changes_nothing()
    {
        await using var daemon = new DaemonProcess();
        await using var client = await daemon.ConnectAsync();
        await client.CreateAsync(daemon.Shell("work", "cat"));
        using var control = await RawPeer.GreetedAsync(daemon);
        using var stream = await RawPeer.GreetedAsync(daemon, Role.Stream);
        await control.AskAsync(new Envelope { RequestId = 2, Attach = new AttachRequest { Session = "work", NoOutput = true, As = AttachAs.AsOwner } });
        Envelope[] forbidden =
        [
            new() { Attach = new AttachRequest { Session = "work", Now = true, As = AttachAs.AsOwner } },
            new() { Attach = new AttachRequest { Session = "work", Now = true, As = AttachAs.AsTakeover } },
            new() { Take = new TakeRequest { Session = "work" } },
            new() { Release = new ReleaseRequest { Session = "work" } },
            new() { Resize = new ResizeRequest { Session = "work", Size = new TerminalSize { Cols = 80, Rows = 24 } } },
            new() { Signal = new SignalRequest { Session = "work", Signal = 2 } },
            new() { Kill = new KillRequest { Session = "work" } },
        ];
        for (var i = 0; i < forbidden.Length; i++)
        {
            forbidden[i].RequestId = (ulong)i + 10;
            Assert.Equal(ErrorCode.RoleForbidden, (await stream.AskAsync(forbidden[i])).Error?.Code);
        }
        var attached = await stream.AskAsync(new Envelope { RequestId = 30, Attach = new AttachRequest { Session = "work", Now = true } });
        Assert.True(attached.AttachAnswer.Owner);
        var info = await client.InspectAsync("work");
        Assert.Equal((2u, 0u), (info.Clients, info.Observers));
    }

    [Fact]
    public async Task Only_the_owners_terminal_sizes_the_session_and_a_waiting_client_gets_it_when_it_is_free()
    {
        await using var daemon = new DaemonProcess();
        await using var first = await Terminal.UserTerminal.OpenAsync(daemon);
        await using var second = await Terminal.UserTerminal.OpenAsync(daemon);
        await first.EnterAsync("$HF new work -- sh -c 'trap \"stty size\" WINCH; stty size; while :; do read line && echo got $line; done'");
        await first.Screen.UntilAsync("30 90");
        await second.EnterAsync("$HF attach work");
        await second.Screen.UntilAsync("OWNER_REQUIRED");
        await second.ResizeAsync(77, 22);
        await first.ResizeAsync(120, 40);
        await second.Screen.UntilAsync("40 120");
        Assert.DoesNotContain("22 77", second.Screen.Text, StringComparison.Ordinal);
        await first.Screen.TypeAsync("\u001c");
        await second.Screen.UntilAsync("you are the owner now");
        await second.Screen.UntilAsync("22 77");
        await second.Screen.TypeAsync("mine\r");
        await second.Screen.UntilAsync("got mine");
        await first.EnterAsync("$HF attach work --takeover");
        await second.Screen.UntilAsync("took the session over");
        await first.Screen.UntilAsync("40 120");
        await first.Screen.TypeAsync("back\r");
        await first.Screen.UntilAsync("got back");
    }

    internal static async Task RefusedAsync(Func<Task> act)
    {
        var refusal = await Assert.ThrowsAsync<HoldfastException>(act);
        Assert.Equal(ErrorCode.OwnerRequired, refusal.Code);
    }

    private static async Task<OwnerChangedEvent> UntilOwnerChangedAsync(SessionAttachment session)
    {
        using var patience = new CancellationTokenSource(DaemonProcess.Deadline);
        while (true)
        {
            var next = await session.ReadAsync(patience.Token);
            if (next.Kind == SessionEventKind.OwnerChanged)
                return next.Owner!;
            Assert.NotEqual(SessionEventKind.End, next.Kind);
        }
    }

    private static async Task UntilOutputAsync(SessionAttachment session, string text)
    {
        using var patience = new CancellationTokenSource(DaemonProcess.Deadline);
        var seen = "";
        while (!seen.Contains(text, StringComparison.Ordinal))
        {
            var next = await session.ReadAsync(patience.Token);
            if (next.Kind == SessionEventKind.Output)
                seen += System.Text.Encoding.UTF8.GetString(next.Data.Span);
            Assert.NotEqual(SessionEventKind.End, next.Kind);
        }
    }
}
