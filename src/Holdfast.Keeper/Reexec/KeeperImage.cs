using System.Collections;
using System.Globalization;
using Holdfast.Linux;
using Holdfast.Linux.Processes;

namespace Holdfast.Keeper;

/// <summary>
/// The step from one keeper program to another in the same process, and the step back. Stateless; main thread, around one execve(2).
/// </summary>
internal static class KeeperImage
{
    public const string ResumeOption = "--resume";
    public const string FormerOption = "--former";
    public const string ReturnedOption = "--returned";
    public const string PreflightOption = "--preflight";

    // Each with its value, and none of it meant for the next program.
    private static readonly string[] OfTheMoment = ["--lock-fd", ResumeOption, FormerOption, ReturnedOption, PreflightOption];

    /// <summary>Becomes the program; returns only where that failed, everything as it was before.</summary>
    /// <param name="program">Its path, for ps(1) and for the next one's log.</param>
    public static Errno Become(string program, Fd image, KeeperState state, IReadOnlyList<string> arguments)
    {
        using var file = StateFile.Write(state);
        List<string> next =
        [
            program, .. Lasting(arguments), ResumeOption, Text(file.Number), FormerOption, Text(state.FormerImage),
        ];
        SignalMask.BlockRequestsToEnd();
        using var pause = new ChildSignalPause();
        SetInherited([.. state.Descriptors, file.Number], true);
        var error = ProgramImage.Become(image, next, Variables());
        SetInherited([.. state.Descriptors, file.Number], false);
        SignalMask.UnblockRequestsToEnd();
        return error;
    }

    /// <summary>
    /// Becomes the former program again, by the same state. Nothing is known here but the command line, which may be all that this program
    /// could read. Returns where there is no way back.
    /// </summary>
    public static void Return(IReadOnlyList<string> arguments, string reason)
    {
        if (Value(arguments, ResumeOption) is not { } state || Value(arguments, FormerOption) is not { } former)
            return;
        using var image = new Fd(former);
        List<string> next =
        [
            new FileInfo($"/proc/self/fd/{former}").LinkTarget ?? "holdfast-keeper", ResumeOption, Text(state), ReturnedOption, reason,
        ];
        try
        {
            SetInherited([.. StateFile.Read(new Fd(state)).Descriptors, state], true);
        }
        catch (Exception e) when (e is FormatException or LinuxException)
        {
            // A state that this program cannot read it has not touched either: everything is still inherited.
            _ = e;
        }
        ProgramImage.Become(image, next, Variables());
    }

    /// <summary>The descriptors of a state belong to this process alone again.</summary>
    public static void Keep(KeeperState state) => SetInherited(state.Descriptors, false);

    /// <summary>The command line to go by: after a way back the one that this program had before, which the other one may have spoiled.</summary>
    public static IReadOnlyList<string> Arguments(IReadOnlyList<string> given)
    {
        var returned = given.ToList().IndexOf(ReturnedOption);
        return returned >= 0 && Value(given, ResumeOption) is { } state ? [.. StateFile.Read(new Fd(state)).Arguments, .. given] : given;
    }

    /// <summary>What of a command line concerns every program that takes this keeper's place.</summary>
    public static IEnumerable<string> Lasting(IReadOnlyList<string> arguments)
    {
        for (var i = 0; i < arguments.Count; i++)
        {
            if (OfTheMoment.Contains(arguments[i], StringComparer.Ordinal))
                i++;
            else if (arguments[i] != "--adopt")
                yield return arguments[i];
        }
    }

    public static List<string> Variables() =>
        [.. Environment.GetEnvironmentVariables().Cast<DictionaryEntry>().Select(v => $"{v.Key}={v.Value}")];

    private static int? Value(IReadOnlyList<string> arguments, string option)
    {
        var at = arguments.ToList().IndexOf(option);
        return at >= 0 && at + 1 < arguments.Count && int.TryParse(arguments[at + 1], NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : null;
    }

    private static void SetInherited(IEnumerable<int> descriptors, bool on)
    {
        foreach (var number in descriptors)
        {
            var fd = new Fd(number);
            fd.SetCloseOnExec(!on);
            fd.SetHandleAsInvalid();
        }
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
