namespace Affluent.Server.Widget.Pages.Shared;

/// <summary>What is waited for.</summary>
/// <param name="Intro">A line under the heading.</param>
/// <param name="Status">What is going on; the script keeps it up to date.</param>
public sealed record WaitingView(string Title, string Intro, string Status)
{
    /// <summary>What the bank says itself.</summary>
    public string? Message { get; init; }

    /// <summary>The question that is open; null when the bank is only at work.</summary>
    public string? QuestionId { get; init; }

    /// <summary>What the bank's app is to be held before.</summary>
    public ImageView? Image { get; init; }

    /// <summary>Where the user has something to do.</summary>
    public (string Address, string Label)? Link { get; init; }

    /// <summary>Label of the button by which the user says that it is done; null: the bank tells by itself.</summary>
    public string? Confirm { get; init; }
}
