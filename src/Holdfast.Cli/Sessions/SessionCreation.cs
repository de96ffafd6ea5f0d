using System.Collections;
using Holdfast.Protocol;
using Holdfast.Protocol.V1;

namespace Holdfast.Cli.Sessions;

/// <summary>Makes the request for a session from what the user gave and from where the command runs. Stateless.</summary>
internal static class SessionCreation
{
    /// <exception cref="HoldfastException">NAME_INVALID, NAME_RESERVED, USAGE.</exception>
    public static CreateRequest Request(string? name, string[]? program, string? directory, string[] variables)
    {
        if (name is not null && SessionName.Check(name) is { } refused)
            throw new HoldfastException(refused, $"{name} cannot be a session's name");
        var request = new CreateRequest
        {
            Name = name ?? "",
            Cwd = directory is null ? Environment.CurrentDirectory : Path.GetFullPath(directory),
        };
        if (program is not null)
            request.Command.AddRange(program);
        foreach (DictionaryEntry variable in Environment.GetEnvironmentVariables())
            request.Environment[(string)variable.Key] = (string?)variable.Value ?? "";
        foreach (var variable in variables)
        {
            var equals = variable.IndexOf('=', StringComparison.Ordinal);
            if (equals <= 0)
                throw new HoldfastException(ErrorCode.Usage, $"--env {variable} is no K=V");
            request.Environment[variable[..equals]] = variable[(equals + 1)..];
        }

        return request;
    }
}
