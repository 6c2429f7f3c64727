using Affluent.Server.Widget.Pages.Shared;

namespace Affluent.Server.Widget.Pages;

/// <summary>
/// A page, made for the session that shows it. Each has a function For, which decides whether it is the one to show (pure), renders
/// itself, and says what its forms do.
/// </summary>
internal abstract class WidgetPage(SessionContext session)
{
    /// <summary>Names what is shown: changes when there is something else to show than before.</summary>
    public virtual string Key => GetType().Name[..^"Page".Length];

    /// <summary>What it shows, as the client's page is told.</summary>
    public abstract PageStep Step { get; }

    /// <summary>What went wrong, on pages that say so.</summary>
    public virtual LinkFailure? Failure => null;

    /// <summary>What the client's page is told when this one is shown.</summary>
    public virtual PageMessage Message => PageMessage.Step(session, this);

    /// <summary>Whether the page asks the server again and again what is to be shown.</summary>
    public virtual bool IsLive => false;

    protected SessionContext Session => session;

    protected WidgetState State => session.State;

    public abstract IResult Render(PageRequest request);

    /// <summary>Takes a form of the page.</summary>
    public virtual Task<FormResult> Submit(PostedForm form) => Task.FromResult<FormResult>(new FormResult.Ignored());

    /// <summary>What is going on at the bank, on pages that say so.</summary>
    public virtual string? Progress(Language language) => null;

    protected string BankName(Language language) => session.Provider?.Name ?? new CommonTexts(language).Account;
}

/// <summary>What a page is rendered with.</summary>
/// <param name="Query">Of the page's address.</param>
/// <param name="Rejected">The form that is to be corrected; null when there is none.</param>
internal sealed record PageRequest(Frame Frame, IQueryCollection Query, RejectedForm? Rejected)
{
    public Language Language => Frame.Language;

    /// <summary>What is wrong with an input; null when nothing is.</summary>
    public InputFault? Fault(string input) =>
        Rejected is not null && Rejected.Faults.TryGetValue(input, out var fault) ? fault : null;

    /// <summary>What the user typed before.</summary>
    public string Typed(string input) => Rejected?.Fields[input].ToString() ?? "";
}
