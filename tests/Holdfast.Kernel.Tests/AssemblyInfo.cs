using Xunit;

// The tests share one process' children, descriptor numbers, limits and signals: one at a time.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
