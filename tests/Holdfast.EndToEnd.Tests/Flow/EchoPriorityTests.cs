using Holdfast.Client;
using Holdfast.Daemon.Output;
using Holdfast.Linux.Events;
using Holdfast.Protocol.V1;
using Holdfast.TestKit;

namespace Holdfast.EndToEnd.Tests.Flow;

/// <summary>Sessions that stream wait for the echo of another one, and not for longer than is fair.</summary>
public sealed class EchoPriorityTests : IDisposable
{
    private readonly Reactor _reactor = new();
    private readonly Rival _typed = new();
    private readonly Rival _stream = new();
    private readonly Rival _quiet = new();
    private readonly EchoPriority _echoes;

    public EchoPriorityTests()
    {
        _echoes = new EchoPriority(_reactor);
        _echoes.Note(_stream, streams: true);
        _echoes.Note(_typed, streams: true);
    }

    [Fact]
    public void Streams_wait_from_the_keystroke_until_its_echo_was_delivered()
    {
        _echoes.Await(_typed);
        Assert.Equal((true, false, false), (_stream.Waits, _typed.Waits, _quiet.Waits));
        _echoes.Delivered(_quiet);
        Assert.True(_stream.Waits);
        _echoes.Delivered(_typed);
        Assert.False(_stream.Waits);
    }

    [Fact]
    public void A_key_that_is_not_echoed_holds_nobody_up()
    {
        _echoes.Await(_typed);
        while (_stream.Waits)
            _reactor.RunOnce();
    }

    [Fact]
    public void Behind_a_key_without_an_echo_the_stream_has_its_time()
    {
        _echoes.Await(_typed);
        while (_stream.Waits)
            _reactor.RunOnce();
        // It was held for a millisecond at least; the next ten are its own.
        _echoes.Await(_typed);
        Assert.False(_stream.Waits);
        while (!_stream.Waits)
            _echoes.Await(_typed);
    }

    [Fact]
    public void Who_stops_streaming_while_it_waits_goes_on_too()
    {
        _echoes.Await(_typed);
        _echoes.Note(_stream, streams: false);
        _echoes.Delivered(_typed);
        Assert.False(_stream.Waits);
    }

    [Fact]
    public void Who_has_stopped_streaming_is_left_alone()
    {
        _echoes.Note(_stream, streams: false);
        _echoes.Await(_typed);
        Assert.False(_stream.Waits);
    }

    [Fact]
    public async Task Typing_without_a_pause_and_without_an_echo_does_not_stop_a_flood()
    {
        await using var daemon = new DaemonProcess();
        await using var client = await daemon.ConnectAsync();
        await client.CreateAsync(daemon.Shell("mute", "stty raw -echo; echo ready; exec cat >/dev/null"));
        await client.CreateAsync(daemon.Shell("flood", "exec cat /dev/zero"));
        await using var mute = await client.AttachAsync(new AttachRequest { Session = "mute", Start = true, As = AttachAs.AsOwner });
        while ((await client.InspectAsync("flood")).Head == 0)
            continue;
        for (var round = 0; round < 20; round++)
        {
            var before = (await client.InspectAsync("flood")).Head;
            for (var key = 0; key < 50; key++)
            {
                await mute.WriteAsync(new byte[] { (byte)'k' });
                await mute.FlushAsync();
            }
            // Each of the keys takes its millisecond of holding up, or the stream's time beside it.
            Assert.True((await client.InspectAsync("flood")).Head > before);
        }
    }

    [Fact]
    public async Task A_flood_that_gave_way_is_read_and_shown_to_its_last_byte()
    {
        await using var daemon = new DaemonProcess();
        await using var client = await daemon.ConnectAsync();
        await client.CreateAsync(daemon.Shell("echo", "stty raw -echo; echo ready; exec cat"));
        await client.CreateAsync(daemon.Shell("flood", "stty raw -echo; printf ready; read go; seq 1 300000; printf over; read x"));
        await using var echo = await client.AttachAsync(new AttachRequest { Session = "echo", Start = true, As = AttachAs.AsOwner });
        await using (var flood = await client.AttachAsync(new AttachRequest { Session = "flood", NoOutput = true, As = AttachAs.AsOwner }))
        {
            // Before that its terminal would echo the key.
            while ((await client.InspectAsync("flood")).Head < 5)
                continue;
            await flood.WriteAsync(new byte[] { (byte)'\n' });
            await flood.FlushAsync();
        }
        // "ready", 300 000 lines of seq and "over".
        const ulong all = 5 + 1_988_895 + 4;
        while ((await client.InspectAsync("flood")).Head < all)
        {
            await echo.WriteAsync(new byte[] { (byte)'k' });
            await echo.FlushAsync();
        }
        Assert.Equal(all, (await client.InspectAsync("flood")).Head);
        var screen = (await daemon.CliAsync("capture", "flood")).Succeeded().Text;
        Assert.Contains("300000\n", screen, StringComparison.Ordinal);
        Assert.Contains("over", screen, StringComparison.Ordinal);
    }

    public void Dispose() => _reactor.Dispose();

    private sealed class Rival : IEchoRival
    {
        public bool Waits { get; private set; }

        public void GiveWay() => Waits = true;

        public void GoOn() => Waits = false;
    }
}
