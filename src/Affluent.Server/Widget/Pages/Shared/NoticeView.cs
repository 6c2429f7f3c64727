using Microsoft.AspNetCore.Http.HttpResults;

namespace Affluent.Server.Widget.Pages.Shared;

/// <summary>Something to know.</summary>
/// <param name="Body">What happened and what to do next.</param>
/// <param name="Choices">Ways on.</param>
public sealed record NoticeView(string Title, string Body, IReadOnlyList<Choice> Choices)
{
    /// <summary>What the bank itself says, a line each; null when it says nothing.</summary>
    public string? Message { get; init; }

    internal static RazorComponentResult<Notice> Show(Frame frame, NoticeView view) =>
        PageMarkup.Of<Notice, NoticeView>(frame, view);

    internal static RazorComponentResult<Notice> Show(
        Frame frame,
        string title,
        string body,
        params Choice[] choices
    ) => Show(frame, new NoticeView(title, body, choices));
}

/// <summary>A way on, offered by a notice.</summary>
/// <param name="Action">What its form is to do.</param>
/// <param name="Primary">Whether it is the one that most people want.</param>
public sealed record Choice(string Action, string Label, bool Primary = false);
