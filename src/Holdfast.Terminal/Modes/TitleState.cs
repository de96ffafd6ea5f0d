namespace Holdfast.Terminal.Modes;

/// <summary>
/// Title, icon name, their stacks (XTWINOPS 22 and 23), and the working directory. Owned by one model.
/// </summary>
internal sealed class TitleState
{
    /// <summary>UTF-16 units of a title; windows show far less.</summary>
    public const int LongestTitle = 1024;

    /// <summary>UTF-16 units of a working directory: a path of the kernel's 4096 bytes with host and escapes.</summary>
    public const int LongestDirectory = 8192;

    /// <summary>Titles on a stack, as xterm.</summary>
    public const int MostSaved = 10;

    public string Title { get; set; } = "";

    public string IconName { get; set; } = "";

    public string? WorkingDirectory { get; set; }

    public List<string> SavedTitles { get; } = [];

    public List<string> SavedIconNames { get; } = [];

    public static void Push(List<string> stack, string text)
    {
        if (stack.Count == MostSaved)
            stack.RemoveAt(0);
        stack.Add(text);
    }

    public static bool TryPop(List<string> stack, out string text)
    {
        text = "";
        if (stack.Count == 0)
            return false;
        text = stack[^1];
        stack.RemoveAt(stack.Count - 1);
        return true;
    }
}
