// One oracle serves all tests, and what is measured (time, memory) must not be disturbed by a neighbour.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
[assembly: AssemblyFixture(typeof(Holdfast.Terminal.Agreement.Oracle.OracleProcess))]
