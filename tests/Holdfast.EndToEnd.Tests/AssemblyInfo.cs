using Xunit;

// The tests load the machine: side by side on two cores they would measure each other.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
