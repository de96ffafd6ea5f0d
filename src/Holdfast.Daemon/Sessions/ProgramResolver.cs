using Holdfast.Linux;
using Holdfast.Linux.Files;
using Holdfast.Protocol;
using Holdfast.Protocol.V1;

namespace Holdfast.Daemon.Sessions;

/// <summary>
/// Finds the program in the session's own PATH and working directory, and says precisely why it cannot be started. Looks at paths of the
/// user's, which may hang: never on the loop. Stateless.
/// </summary>
public static class ProgramResolver
{
    private const int MayExecute = 1;
    private const int LongestString = 128 * 1024;
    private const string DefaultPath = "/usr/local/bin:/usr/bin:/bin:/usr/local/sbin:/usr/sbin:/sbin";

    /// <summary>The absolute path of the program to execute.</summary>
    /// <exception cref="HoldfastException">CWD_MISSING, PERMISSION_DENIED, SHELL_NOT_FOUND, COMMAND_NOT_EXECUTABLE, ARGUMENTS_TOO_LONG.</exception>
    public static string Resolve(string program, string directory, IReadOnlyList<string> arguments, IReadOnlyList<string> environment)
    {
        CheckDirectory(directory);
        // The kernel's limit for one string (MAX_ARG_STRLEN), found before anything was started.
        if (arguments.Concat(environment).Any(s => System.Text.Encoding.UTF8.GetByteCount(s) >= LongestString))
            throw new HoldfastException(ErrorCode.ArgumentsTooLong, "an argument or environment variable is 128 KiB or longer");
        if (program.Contains('/'))
            return Accept(Path.Combine(directory, program), program);
        var path = environment.FirstOrDefault(v => v.StartsWith("PATH=", StringComparison.Ordinal))?[5..] ?? DefaultPath;
        HoldfastException? closest = null;
        foreach (var folder in path.Split(':'))
        {
            try
            {
                return Accept(Path.Combine(directory, folder, program), program);
            }
            catch (HoldfastException e)
            {
                // A file that is there but cannot be executed says more than its absence elsewhere.
                closest = e.Code == ErrorCode.CommandNotExecutable ? e : closest;
            }
        }
        throw closest ?? NotFound(program);
    }

    /// <summary>What an error of posix_spawn meant, once the checks above had passed.</summary>
    public static HoldfastException Explain(Errno error, string program) => error switch
    {
        Errno.ENOENT => new HoldfastException(ErrorCode.CommandNotExecutable, $"'{program}' needs an interpreter that does not exist"),
        Errno.EACCES => new HoldfastException(ErrorCode.CommandNotExecutable, $"'{program}' may not be executed"),
        Errno.ENOEXEC => new HoldfastException(ErrorCode.CommandNotExecutable, $"'{program}' is neither a program nor a script with a first line (#!)"),
        Errno.E2BIG => new HoldfastException(ErrorCode.ArgumentsTooLong, "arguments and environment together are too long"),
        Errno.EAGAIN or Errno.ENOMEM => new HoldfastException(ErrorCode.ProcessLimit, $"the kernel allows no further process ({error})"),
        Errno.ETIMEDOUT => new HoldfastException(ErrorCode.SpawnTimeout, $"'{program}' did not start in time"),
        Errno.ECONNRESET => new HoldfastException(ErrorCode.KeeperUnavailable, "the keeper was lost while the program was being started"),
        _ => new HoldfastException(ErrorCode.SpawnFailed, $"'{program}' could not be started: {error}"),
    };

    private static void CheckDirectory(string directory)
    {
        if (directory.Length == 0 || directory[0] != '/')
            throw new HoldfastException(ErrorCode.CwdMissing, $"the working directory '{directory}' is not an absolute path");
        if (!Directory.Exists(directory))
            throw new HoldfastException(ErrorCode.CwdMissing, $"the working directory '{directory}' does not exist");
        if (FileSystem.Access(directory, MayExecute) != Errno.None)
            throw new HoldfastException(ErrorCode.PermissionDenied, $"the working directory '{directory}' may not be entered");
    }

    private static string Accept(string path, string program)
    {
        if (Directory.Exists(path))
            throw new HoldfastException(ErrorCode.CommandNotExecutable, $"'{program}' is a directory");
        if (!File.Exists(path))
            throw NotFound(program);
        return FileSystem.Access(path, MayExecute) == Errno.None
            ? path
            : throw new HoldfastException(ErrorCode.CommandNotExecutable, $"'{path}' may not be executed");
    }

    private static HoldfastException NotFound(string program) => new(ErrorCode.ShellNotFound, $"the program '{program}' was not found");
}
