using BuildWorker;
using Holdfast.Client;
using Holdfast.Protocol;

// build-worker FILE      each line "NAME COMMAND…" is a build; runs them in sessions and prints what became of each
if (args is not [var file])
{
    Console.Error.WriteLine("usage: build-worker FILE");
    return 64;
}

try
{
    var options = new HoldfastClientOptions
    {
        AutoStart = true,
        Binary = Environment.GetEnvironmentVariable("HOLDFAST") ?? "holdfast",
        ClientName = "build-worker",
    };
    await using var client = await HoldfastClient.ConnectAsync(options);
    client.StateChanged += state => Console.Error.WriteLine($"[{state}]");
    var queue = new BuildQueue(client, atOnce: Environment.ProcessorCount);
    var results = await queue.RunAsync(File.ReadLines(file).Where(line => line.Trim().Length > 0).Select(Build.Parse));
    foreach (var result in results)
        Console.WriteLine($"{result.Build.Name}\t{result.Outcome}\t{result.LastLine}");
    return results.All(r => r.Succeeded) ? 0 : 1;
}
catch (HoldfastException failure)
{
    Console.Error.WriteLine($"build-worker: {failure.Message} ({failure.CodeName})\nhint: {failure.Hint}");
    return failure.ExitCode;
}
