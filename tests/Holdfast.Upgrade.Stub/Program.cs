// Passes every look at it beforehand, and then does what HOLDFAST_TEST_STUB says.
if (args.Contains("--preflight"))
{
    Console.WriteLine("""{"holdfast":"daemon","version":"9.9.9","build":"9.9.9+stub","unreadable":[]}""");
    return 0;
}
switch (Environment.GetEnvironmentVariable("HOLDFAST_TEST_STUB"))
{
    case "hang":
        using (var never = new ManualResetEvent(initialState: false))
            never.WaitOne();
        return 0;
    case "abort":
        Environment.FailFast("a new daemon with a fault");
        return 0;
    default:
        Console.Error.WriteLine("the new daemon does not like it here");
        return 1;
}
