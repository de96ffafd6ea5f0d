using Holdfast.Client;

namespace Holdfast.Cli.Sessions;

/// <summary>How an attached session is shown on the user's terminal. Owned by one attachment, used by its output task.</summary>
internal interface IAttachedView
{
    /// <summary>A piece of a snapshot.</summary>
    void Draw(SessionEvent screen);

    /// <summary>A piece of output.</summary>
    void Show(SessionEvent output);

    void Resized(SessionEvent resized);

    /// <summary>A word from the client itself.</summary>
    void Notice(string what);

    /// <summary>It was there long enough: what lies below is shown again, unless the daemon draws it.</summary>
    void EndNotice();

    /// <summary>Nothing more is at hand: everything so far must be seen now.</summary>
    void Flush();

    /// <summary>Gives the terminal back as a shell expects it.</summary>
    void Leave();
}
