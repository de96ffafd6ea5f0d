using Holdfast.TestKit;

namespace Holdfast.EndToEnd.Tests.Screen;

/// <summary>The screen after kill -9 of the daemon, beside that of an undisturbed twin.</summary>
public sealed class ScreenAfterKillTests
{
    // Four megabytes of numbered lines in colours, then a screen drawn by position.
    private const string Long =
        "awk 'BEGIN { for (i = 0; i < 120000; i++) printf \"\\033[3%dmline %d\\033[0m of many\\r\\n\", i % 8, i }'; printf '\\033[2J\\033[7;7Hdrawn\\033[?25l\\033[10;20H'; cat";

    private const string Editor = "vim -u NONE -N -i NONE --cmd 'set noswapfile nomore shortmess=atI' +'syntax on' +'set number' +20 text.c";

    [Fact]
    public async Task Screen_and_scrollback_equal_those_of_an_undisturbed_twin()
    {
        await using var daemon = new DaemonProcess();
        await using var twin = new DaemonProcess();
        await AttachedScreenTests.StartAsync(daemon, Long);
        await AttachedScreenTests.StartAsync(twin, Long);
        for (var kills = 0; kills < 4; kills++)
        {
            await daemon.KillDaemonAsync();
            await daemon.CliAsync("ls");
        }
        await AttachedScreenTests.AwaitScreenAsync(daemon, "drawn");
        await AttachedScreenTests.AwaitScreenAsync(twin, "drawn");
        await daemon.KillDaemonAsync();
        Assert.Equal(
            await AttachedScreenTests.CaptureAsync(twin, "--scrollback", "all"), await AttachedScreenTests.CaptureAsync(daemon, "--scrollback", "all"));
    }

    [Fact]
    public async Task A_full_screen_editor_looks_as_it_does_undisturbed()
    {
        await using var daemon = new DaemonProcess();
        await using var twin = new DaemonProcess();
        foreach (var one in (DaemonProcess[])[daemon, twin])
        {
            await File.WriteAllLinesAsync(Path.Combine(one.Directory, "text.c"), Enumerable.Range(1, 200).Select(i => $"int value{i} = {i}; /* \"text\" */"));
            await AttachedScreenTests.StartAsync(one, Editor);
            await AttachedScreenTests.AwaitScreenAsync(one, "value20 ");
        }
        await EditAsync(daemon, killBetween: true);
        await EditAsync(twin, killBetween: false);
        await daemon.KillDaemonAsync();
        Assert.Equal(await AttachedScreenTests.CaptureAsync(twin), await AttachedScreenTests.CaptureAsync(daemon));
    }

    private static async Task EditAsync(DaemonProcess daemon, bool killBetween)
    {
        (await daemon.CliAsync("send", "work", "30Goan inserted line\u001b")).Succeeded();
        await AttachedScreenTests.AwaitScreenAsync(daemon, "an inserted line");
        if (killBetween)
            await daemon.KillDaemonAsync();
        (await daemon.CliAsync("send", "work", ":split\r100G")).Succeeded();
        await AttachedScreenTests.AwaitScreenAsync(daemon, "value99 ");
        (await daemon.CliAsync("send", "work", "o\u0016u2713 done\u001b")).Succeeded();
        await AttachedScreenTests.AwaitScreenAsync(daemon, "✓ done");
        (await daemon.CliAsync("send", "work", ":echo 'set' . 'tled'\r")).Succeeded();
        await AttachedScreenTests.AwaitScreenAsync(daemon, "settled");
    }
}
