using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Holdfast.Client;
using Holdfast.DaemonRpc.Lifecycle;
using Holdfast.EndToEnd.Tests.Crash;
using Holdfast.Protocol;
using Holdfast.Protocol.V1;
using Holdfast.TestKit;

namespace Holdfast.EndToEnd.Tests.Conformance;

/// <summary>Carries out the steps of one case with the .NET client, on a daemon of its own. Owned by one test, one task.</summary>
internal sealed class CaseRunner(ConformanceCase conformance) : IAsyncDisposable
{
    private readonly DaemonProcess _daemon = new(conformance.Variables);
    private readonly Dictionary<string, HoldfastClient> _clients = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Recording> _recordings = new(StringComparer.Ordinal);
    private FakeEndpoint? _fake;
    private RecordedDaemon? _recorded;

    // The right token, while another one lies in its place.
    private string? _token;

    public async Task RunAsync()
    {
        if (conformance.StartsDaemon)
            (await _daemon.CliAsync("daemon", "start")).Succeeded();
        foreach (var step in conformance.Steps())
        {
            try
            {
                await CarryOutAsync(step);
            }
            catch (Exception e)
            {
                throw new InvalidOperationException($"{step.ToJsonString()}: {e.Message}", e);
            }
        }
        Assert.Empty(_recorded?.Unsaid ?? []);
    }

    public async ValueTask DisposeAsync()
    {
        _fake?.Dispose();
        _recorded?.Dispose();
        if (_token is not null)
            await File.WriteAllTextAsync(_daemon.Paths.Token, _token);
        foreach (var client in _clients.Values)
            await client.DisposeAsync();
        foreach (var recording in _recordings.Values)
            recording.Dispose();
        await _daemon.DisposeAsync();
    }

    private async Task CarryOutAsync(JsonObject step)
    {
        if (step["fails"] is not { } code)
        {
            await DoAsync(step);
            return;
        }
        var failure = await Assert.ThrowsAsync<HoldfastException>(() => DoAsync(step));
        Assert.Equal(code.ToString(), failure.CodeName);
        Assert.NotEqual("", failure.Message);
    }

    private async Task DoAsync(JsonObject step)
    {
        switch (Text(step, "do"))
        {
            case "client":
                await ClientAsync(step);
                break;
            case "create":
                await CreateAsync(step);
                break;
            case "attach":
                await AttachAsync(step);
                break;
            case "expect":
                Expect(step);
                break;
            case "until":
                await UntilAsync(step);
                break;
            case "ask":
                await Asking.AskAsync(await ClientAsync(step), step);
                break;
            case "kill9":
                await KillAsync(step);
                break;
            case "raw":
                await RawExchange.RunAsync(_daemon, step, async name => (await (await ClientAsync([])).InspectAsync(name)).Number);
                break;
            case "writeToken":
                _token = await File.ReadAllTextAsync(_daemon.Paths.Token);
                await File.WriteAllTextAsync(_daemon.Paths.Token, new string('0', 64));
                break;
            case "fakeDaemon":
                _fake = new FakeEndpoint(_daemon.Paths, RawExchange.FrameOf(step["says"]!));
                break;
            case "recordedDaemon":
                _recorded = new RecordedDaemon(_daemon.Paths, Text(step, "recording"));
                break;
            default:
                await WithAttachmentAsync(Recording(step), step);
                break;
        }
    }

    private static Task WithAttachmentAsync(Recording recording, JsonObject step)
    {
        switch (Text(step, "do"))
        {
            case "read":
                recording.Read();
                return Task.CompletedTask;
            case "write":
                var data = step["hex"] is { } hex ? Convert.FromHexString(hex.ToString()) : Encoding.UTF8.GetBytes(Text(step, "text"));
                return recording.Attachment.WriteAsync(data);
            case "flush":
                return recording.Attachment.FlushAsync();
            case "take":
                return recording.Attachment.TakeAsync((bool?)step["force"] ?? false);
            case "release":
                return recording.Attachment.ReleaseAsync();
            case "ack":
                recording.Attachment.Ack((int)step["count"]!);
                return Task.CompletedTask;
            case "setAckThreshold":
                recording.Attachment.SetAckThreshold((int)step["frames"]!);
                return Task.CompletedTask;
            case "detach":
                return recording.Attachment.DisposeAsync().AsTask();
            default:
                throw new InvalidDataException("an unknown step");
        }
    }

    private async Task<HoldfastClient> ClientAsync(JsonObject step)
    {
        var name = step["client"]?.ToString() ?? "a";
        if (!_clients.TryGetValue(name, out var client))
            _clients[name] = client = await HoldfastClient.ConnectAsync(Options(step["options"]?.AsObject() ?? []));
        return client;
    }

    private HoldfastClientOptions Options(JsonObject options)
    {
        var defaults = new HoldfastClientOptions { Paths = _daemon.Paths, ReconnectDeadline = DaemonProcess.Deadline };
        return defaults with
        {
            ConnectDeadline = options["connectDeadlineMs"] is { } ms ? TimeSpan.FromMilliseconds((int)ms) : DaemonProcess.Deadline,
            Starter = (bool?)options["autoStart"] == true
                ? new StarterOptions { KeeperBinary = ProductBinaries.Keeper, DaemonBinary = ProductBinaries.Cli, Paths = _daemon.Paths }
                : null,
            Reconnect = (bool?)options["reconnect"] ?? true,
            AckThreshold = (int?)options["ackThreshold"] ?? defaults.AckThreshold,
            StreamConnection = (bool?)options["streamConnection"] ?? false,
            BufferedOutputBytes = (int?)options["bufferedOutputBytes"] ?? defaults.BufferedOutputBytes,
        };
    }

    private async Task CreateAsync(JsonObject step)
    {
        var request = _daemon.Shell(Text(step, "name"), Text(step, "script"));
        request.RingBytes = (ulong?)step["ringBytes"] ?? 0;
        request.Overflow = step["overflow"]?.ToString() == "OVERFLOW_PAUSE" ? OverflowPolicy.OverflowPause : OverflowPolicy.OverflowGap;
        await (await ClientAsync(step)).CreateAsync(request);
    }

    private async Task AttachAsync(JsonObject step)
    {
        var request = new AttachRequest
        {
            Session = Text(step, "session"),
            As = step["part"]?.ToString() switch
            {
                "owner" => AttachAs.AsOwner,
                "observer" => AttachAs.AsObserver,
                "takeover" => AttachAs.AsTakeover,
                _ => AttachAs.AsUnspecified,
            },
        };
        switch (Text(step, "from"))
        {
            case "start":
                request.Start = true;
                break;
            case "now":
                request.Now = true;
                break;
            case "none":
                request.NoOutput = true;
                break;
            case { } offset:
                request.Offset = ulong.Parse(offset, CultureInfo.InvariantCulture);
                break;
        }
        var recording = new Recording(await (await ClientAsync(step)).AttachAsync(request));
        _recordings[Text(step, "at")] = recording;
        if ((bool?)step["held"] != true)
            recording.Read();
    }

    private Task UntilAsync(JsonObject step)
    {
        var recording = Recording(step);
        if (step["text"] is { } text)
            return recording.EndsAsync(text.ToString());
        return step["bytes"] is { } bytes ? recording.ReachedAsync((long)bytes) : recording.ToldAsync(step["event"]!);
    }

    private void Expect(JsonObject step)
    {
        var (facts, gaps) = Recording(step).Facts(step["only"]?.AsArray());
        foreach (var (key, value) in step)
        {
            if (key is not ("do" or "at" or "only" or "gaps" or "for"))
                Assert.Null(JsonPart.Difference(JsonNode.Parse(facts[key]?.ToJsonString() ?? "null"), value, key));
        }
        Assert.True(gaps >= ((int?)step["gaps"] ?? 0), $"{gaps} gaps");
    }

    private async Task KillAsync(JsonObject step)
    {
        var assassin = new Assassin(await ClientAsync(step));
        for (var i = 0; i < ((int?)step["times"] ?? 1); i++)
        {
            if (step["at"] is not null)
                await Recording(step).ReachedAsync(Recording(step).Bytes + (long)step["everyBytes"]!);
            await assassin.KillDaemonAsync();
        }
    }

    private Recording Recording(JsonObject step) => _recordings[Text(step, "at")];

    private static string Text(JsonObject step, string key) => step[key]?.ToString() ?? throw new InvalidDataException($"the step has no {key}");
}
