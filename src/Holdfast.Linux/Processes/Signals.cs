namespace Holdfast.Linux.Processes;

/// <summary>Signal numbers of Linux on x64 and arm64 (signal(7)).</summary>
public static class Signals
{
    public const int HangUp = 1;
    public const int Int = 2;
    public const int Quit = 3;
    public const int Kill = 9;
    public const int Term = 15;
    public const int Child = 17;
    public const int Continue = 18;
    public const int Stop = 19;
    public const int TerminalStop = 20;
    public const int FileSizeExceeded = 25;
    public const int Maximum = 64;
}
