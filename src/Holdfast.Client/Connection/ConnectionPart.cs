namespace Holdfast.Client.Connection;

/// <summary>What one connection of a client carries. Without a stream connection one carries both.</summary>
[Flags]
internal enum ConnectionPart
{
    None = 0,

    /// <summary>Requests with their answers, input with its acknowledgements. Role control.</summary>
    Requests = 1,

    /// <summary>Output, and the events that have their place in it. Alone: role stream.</summary>
    Output = 2,

    Both = Requests | Output,
}
