using Holdfast.Linux.Events;

namespace Holdfast.Keeper;

/// <summary>Readiness as a plain call. Belongs to whoever registered it; loop thread only.</summary>
internal sealed class WhenReady(Action action) : IReadyHandler
{
    public void OnReady(Readiness events) => action();
}
