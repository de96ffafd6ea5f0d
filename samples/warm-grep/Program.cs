using Holdfast.DaemonRpc;
using Holdfast.DaemonRpc.Client;
using WarmGrep;

// warm-grep TEXT [FOLDER]       searches in the daemon, which has the folder read and indexed
// warm-grep --cold TEXT [...]   the same in this process, for comparison
// warm-grep daemon status|stop|restart|logs
// WARM_GREP_DAEMON names another program as the daemon: a native client and a daemon under the JIT, for example.
if (args.Length == 0 || args is ["--cold"] || args[0].Length == 0)
{
    Console.Error.WriteLine("usage: warm-grep [--cold] TEXT [FOLDER] | warm-grep daemon status|stop|restart|logs");
    return 64;
}
if (args is ["--cold", .. var rest])
    return await SearchHandler.RunColdAsync(rest);
var options = new DaemonClientOptions { DaemonId = "warm-grep" };
if (Environment.GetEnvironmentVariable("WARM_GREP_DAEMON") is { Length: > 0 } program)
    options = options with { Spawn = new SpawnRules { Program = program, Arguments = [] } };
return await DaemonProgram.RunAsync(args, options, () => new SearchHandler());
