namespace Holdfast.Kernel.Tests.Keeper;

/// <summary>Waits for changes of files by inotify.</summary>
internal static class FileWatch
{
    /// <summary>Blocks until the path is as wanted.</summary>
    public static void Await(string path, Func<string, bool> wanted)
    {
        using var changed = new AutoResetEvent(initialState: false);
        using var watcher = new FileSystemWatcher(Path.GetDirectoryName(path)!);
        watcher.Created += (_, _) => changed.Set();
        watcher.Changed += (_, _) => changed.Set();
        watcher.Renamed += (_, _) => changed.Set();
        watcher.EnableRaisingEvents = true;
        while (!wanted(path))
        {
            if (!changed.WaitOne(Tests.Await.Milliseconds))
                throw new TimeoutException($"{path} did not become as wanted");
        }
    }
}
