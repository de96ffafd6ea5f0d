using System.Globalization;
using System.Text.RegularExpressions;
using Holdfast.Protocol.V1;

namespace Holdfast.Bench;

/// <summary>What keeper and daemon hold while nothing happens: memory with one session and with many more, processor time. Stateless.</summary>
internal static partial class IdleFigures
{
    private const int MoreSessions = 200;
    private const double KeeperMb = 5;
    private const double DaemonMb = 12;
    private const double MostKbASession = 64;
    private const double TicksASecond = 100;
    private static readonly TimeSpan Idle = TimeSpan.FromSeconds(10);

    public static async Task RunAsync(Report report)
    {
        await using var box = Sandbox.Create();
        await box.HoldfastAsync("new", "first", "-d", "--", "sleep", "1000");
        await using var client = await box.ConnectAsync();
        var status = await client.StatusAsync();
        int keeper = status.KeeperPid, daemon = status.DaemonPid;
        Memory keeperOne = Memory.Of(keeper), daemonOne = Memory.Of(daemon);
        report.Absolute("keeper, one session: private and shared memory", keeperOne.OwnKb / 1024, "MB", KeeperMb);
        report.Absolute("keeper, one session: RSS with its file pages", keeperOne.RssKb / 1024, "MB");
        report.Absolute("daemon, one session: private and shared memory", daemonOne.OwnKb / 1024, "MB", DaemonMb);
        report.Absolute("daemon, one session: RSS with its file pages", daemonOne.RssKb / 1024, "MB");

        for (var i = 0; i < MoreSessions; i++)
        {
            var request = new CreateRequest { Name = $"more{i}", Cwd = "/" };
            request.Command.Add(["sleep", "1000"]);
            await client.CreateAsync(request);
        }

        // Right after they were made each has its model in memory; a session that stays quiet keeps it only as a checkpoint.
        var fresh = EachKb(keeper, keeperOne) + EachKb(daemon, daemonOne);
        var before = Ticks(keeper) + Ticks(daemon);
        await Task.Delay(Idle);
        var used = (Ticks(keeper) + Ticks(daemon) - before) / TicksASecond / Idle.TotalSeconds * 100;
        report.Absolute($"each of {MoreSessions} more sessions, idle, keeper and daemon", EachKb(keeper, keeperOne) + EachKb(daemon, daemonOne), "KB", MostKbASession);
        report.Absolute($"each of {MoreSessions} more sessions, idle, daemon", EachKb(daemon, daemonOne), "KB", MostKbASession);
        report.Absolute($"each of {MoreSessions} more sessions, just made, keeper and daemon", fresh, "KB");
        report.Absolute($"processor while idle with {MoreSessions + 1} sessions, keeper and daemon", used, "%", 0.5);
    }

    private static double EachKb(int pid, Memory one) => (Memory.Of(pid).OwnKb - one.OwnKb) / MoreSessions;

    private static double Ticks(int pid)
    {
        var fields = File.ReadAllText($"/proc/{pid}/stat").Split(") ", 2)[1].Split(' ');
        // utime and stime, the 14th and 15th of proc(5), counted from the state as the third.
        return double.Parse(fields[11], CultureInfo.InvariantCulture) + double.Parse(fields[12], CultureInfo.InvariantCulture);
    }

    /// <param name="RssKb">All that is resident; a ring's page once where the double mapping shows it twice.</param>
    /// <param name="OwnKb">The same without pages of the program's file, which all processes share.</param>
    private readonly partial record struct Memory(double RssKb, double OwnKb)
    {
        public static Memory Of(int pid)
        {
            var status = File.ReadAllText($"/proc/{pid}/status");
            var ringTwice = SecondMappingKb(pid);
            var own = Kb(status, "RssAnon") + Kb(status, "RssShmem") - ringTwice;
            return new Memory(own + Kb(status, "RssFile"), own);
        }

        private static double Kb(string status, string name) =>
            double.Parse(Regex.Match(status, $@"^{name}:\s+(\d+)", RegexOptions.Multiline, TimeSpan.FromSeconds(1)).Groups[1].Value, CultureInfo.InvariantCulture);

        // The second of two mappings of the same part of the same file.
        private static double SecondMappingKb(int pid)
        {
            var seen = new HashSet<string>(StringComparer.Ordinal);
            var twice = 0.0;
            var second = false;
            foreach (var line in File.ReadLines($"/proc/{pid}/smaps"))
            {
                if (Mapping().Match(line) is { Success: true } mapping)
                    second = line.Contains("/memfd:holdfast-ring", StringComparison.Ordinal) && !seen.Add(mapping.Groups["place"].Value);
                else if (second && line.StartsWith("Rss:", StringComparison.Ordinal))
                    twice += double.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture);
            }

            return twice;
        }

        [GeneratedRegex(@"^[0-9a-f]+-[0-9a-f]+ \S+ (?<place>[0-9a-f]+ \S+ \d+)", RegexOptions.ExplicitCapture, 1000)]
        private static partial Regex Mapping();
    }
}
