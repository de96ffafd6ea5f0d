using Xunit;

// Many processes on few processors: one test at a time keeps the measured ones honest.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
