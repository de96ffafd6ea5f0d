namespace Holdfast.Client.Connection;

/// <summary>What becomes of a request whose connection is lost before its answer.</summary>
internal enum AfterLoss
{
    /// <summary>It has the same effect once or twice: sent again on the next connection.</summary>
    SendAgain,

    /// <summary>Sending it again could do it twice: it fails, and says that it may have happened.</summary>
    Fail,
}
