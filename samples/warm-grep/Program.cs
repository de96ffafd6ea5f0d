using Holdfast.DaemonRpc;
using Holdfast.DaemonRpc.Client;
using WarmGrep;

// warm-grep TEXT [FOLDER]       searches in the daemon, which has read and indexed the folder
// warm-grep --cold TEXT [...]   the same in this process, for comparison
// warm-grep daemon status|stop|restart|logs
if (args is ["--cold", .. var rest])
    return await new SearchHandler().RunColdAsync(rest);
if (args.Length is 0 or > 2)
{
    Console.Error.WriteLine("usage: warm-grep [--cold] TEXT [FOLDER] | warm-grep daemon status|stop|restart|logs");
    if (args.Length == 0)
        return 64;
}
return await DaemonProgram.RunAsync(args, new DaemonClientOptions { DaemonId = "warm-grep" }, () => new SearchHandler());
