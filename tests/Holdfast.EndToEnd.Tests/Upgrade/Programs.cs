using Holdfast.TestKit;

namespace Holdfast.EndToEnd.Tests.Upgrade;

/// <summary>Installations of the product at other paths, as an upgrade meets them. Stateless; they lie in the directory of a test's daemon.</summary>
internal static class Programs
{
    private const string Stub = "Holdfast.Upgrade.Stub";

    /// <summary>The same programs in another directory.</summary>
    public static string Copy(DaemonProcess daemon, string name)
    {
        var directory = Path.Combine(daemon.Directory, name);
        Directory.CreateDirectory(directory);
        foreach (var file in Directory.EnumerateFiles(ProductBinaries.Directory))
            File.Copy(file, Path.Combine(directory, Path.GetFileName(file)));
        return directory;
    }

    /// <summary>A copy with a daemon beside it that passes every check, and then does what HOLDFAST_TEST_STUB says; that daemon's path.</summary>
    public static string CopyWithStub(DaemonProcess daemon, string name)
    {
        var directory = Copy(daemon, name);
        foreach (var file in Directory.EnumerateFiles(AppContext.BaseDirectory, Stub + "*"))
            File.Copy(file, Path.Combine(directory, Path.GetFileName(file)));
        return Path.Combine(directory, Stub);
    }

    /// <summary>What a process executes.</summary>
    public static string ProgramOf(int pid) => File.ResolveLinkTarget($"/proc/{pid}/exe", returnFinalTarget: false)!.FullName;

    /// <summary>Blocks until the keeper has logged this.</summary>
    public static Task LoggedAsync(DaemonProcess daemon, string text) => Task.Factory.StartNew(
        () =>
        {
            using var changed = new AutoResetEvent(initialState: false);
            using var watcher = new FileSystemWatcher(daemon.Paths.LogDirectory);
            watcher.Changed += (_, _) => changed.Set();
            watcher.EnableRaisingEvents = true;
            while (!daemon.KeeperLog.Contains(text, StringComparison.Ordinal))
            {
                if (!changed.WaitOne(DaemonProcess.Deadline))
                    throw new TimeoutException($"'{text}' was not logged\n{daemon.KeeperLog}");
            }
        },
        CancellationToken.None,
        TaskCreationOptions.LongRunning,
        TaskScheduler.Default);
}
