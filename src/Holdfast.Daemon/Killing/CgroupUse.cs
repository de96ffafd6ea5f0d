namespace Holdfast.Daemon.Killing;

/// <summary>Whether sessions get control groups of their own.</summary>
public enum CgroupUse
{
    /// <summary>Where this daemon's group was delegated to its user.</summary>
    Auto,

    /// <summary>Wherever it can be done: for root, who is not delegated to but may.</summary>
    On,
    Off,
}
