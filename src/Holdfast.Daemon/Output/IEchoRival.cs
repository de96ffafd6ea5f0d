namespace Holdfast.Daemon.Output;

/// <summary>A session's output, which others may have to wait for.</summary>
public interface IEchoRival
{
    /// <summary>Stops reading until <see cref="GoOn"/>.</summary>
    void GiveWay();

    void GoOn();
}
