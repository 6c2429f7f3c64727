namespace Affluent.Server.Widget.Pages.Shared;

/// <summary>What every page shares: its language, its looks, its way back to the server. Addresses are relative to the page.</summary>
public sealed record Frame
{
    /// <summary>What the page speaks.</summary>
    public required Language Language { get; init; }

    /// <summary>Address that forms are sent to; empty on pages without a session.</summary>
    public string Action { get; init; } = "";

    /// <summary>Ties a form to the session and its step.</summary>
    public string FormToken { get; init; } = "";

    /// <summary>Address of the style sheet with the client's look; null: the standard look.</summary>
    public string? Theme { get; init; }

    /// <summary>Version of style sheet and script, so that browsers may keep them for long.</summary>
    public required string Assets { get; init; }

    /// <summary>Where style sheet and script lie, seen from the page.</summary>
    public string Root { get; init; } = "";

    /// <summary>Name of what is shown; the script asks the server for it and loads the page anew when it has changed.</summary>
    public string Showing { get; init; } = "";

    /// <summary>Address that tells what is to be shown now; null on pages that wait for the user only.</summary>
    public string? Progress { get; init; }

    /// <summary>What the page around the frame, or the one that opened the window, is told; null: nothing.</summary>
    public string? Message { get; init; }

    /// <summary>Who may hear it: origins, separated by blanks; <c>*</c>: everybody.</summary>
    public string? Origins { get; init; }

    /// <summary>Seconds until the session ends; null where none is under way.</summary>
    public long? EndsIn { get; init; }

    /// <summary>Whether the client named a place to go to for those who give up.</summary>
    public bool MayCancel { get; init; }

    /// <summary>Where the page goes by itself, and after how many seconds.</summary>
    public Leaving? Leaving { get; init; }

    /// <summary>Whether the page shows an error, which its title then says first.</summary>
    public bool HasError { get; init; }

    /// <summary>What the pages are about, for the title of the document; null: linking banks.</summary>
    public string? Site { get; init; }

    /// <summary>What stands at the foot; null: the widget's words about safety.</summary>
    public string? Note { get; init; }

    internal CommonTexts Texts => new(Language);
}

/// <summary>A page that goes on by itself.</summary>
/// <param name="Address">Where to.</param>
/// <param name="Seconds">After how long.</param>
public sealed record Leaving(string Address, int Seconds);
