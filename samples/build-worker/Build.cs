using Holdfast.Protocol.V1;

namespace BuildWorker;

/// <summary>One line of the worker's file: what to run, and under which name. A value.</summary>
internal sealed record Build(string Name, string Command)
{
    public static Build Parse(string line) => line.Trim().Split(' ', 2) is [var name, var command]
        ? new Build(name, command)
        : throw new FormatException($"no command in the line: {line}");
}

/// <summary>What became of a build. A value.</summary>
internal sealed record BuildResult(Build Build, ExitStatus Exit, string LastLine)
{
    public bool Succeeded => Exit is { Lost: false, Signal: 0, Code: 0 };

    public string Outcome => Exit switch
    {
        { Lost: true } => "lost",
        { Signal: > 0 } => $"signal {Exit.Signal}",
        _ => $"exit {Exit.Code}",
    };
}
