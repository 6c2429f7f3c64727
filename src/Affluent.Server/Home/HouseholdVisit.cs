using System.Globalization;
using Affluent.Server.Platform;
using Affluent.Server.SignInPages;
using Affluent.Server.Storage;
using Affluent.Server.Widget;
using Affluent.Server.Widget.Pages.Shared;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Affluent.Server.Home;

/// <summary>A browser before a page of the household.</summary>
/// <param name="Member">Who is signed in with it; null: nobody.</param>
internal sealed record HouseholdVisit(HttpContext Context, HouseholdMember? Member)
{
    /// <summary>Below it are the pages; also where they find style sheet and script.</summary>
    public const string Root = "/household";

    public const string Setup = $"{Root}/setup";
    public const string SignIn = $"{Root}/sign-in";
    public const string SignOut = $"{Root}/sign-out";
    public const string Widget = $"{Root}/widget";
    public const string ReadNow = $"{Root}/read";
    public const string Progress = $"{Root}/progress";
    public const string BankRemoval = $"{Root}/remove-bank";
    public const string People = $"{Root}/people";
    public const string App = $"{Root}/app";
    public const string Password = $"{Root}/password";
    public const string Removal = $"{Root}/remove";
    public const string ConnectApp = "/simplefin/create";

    private const string NewsParameter = "news";

    public Language Language { get; } = Languages.Of(Context.Request);

    /// <summary>What has just been done, in words; null: nothing.</summary>
    public string? News =>
        Vocabulary<HouseholdNews>.TryRead(Context.Request.Query[NewsParameter].ToString(), out var news)
            ? new HouseholdTexts(Language).Of(news)
            : null;

    /// <summary>To a page of ours that says first what has been done.</summary>
    public static SeeOther Tell(string page, HouseholdNews news) => new($"{page}?{NewsParameter}={news.Word()}");

    /// <summary>Looks who comes.</summary>
    public static async Task<HouseholdVisit> Of(HttpContext context) =>
        new(context, await context.RequestServices.GetRequiredService<HouseholdSessions>().Find(context));

    /// <summary>What surrounds a page whose forms go to an address.</summary>
    public Frame Frame(string action, bool hasError = false) =>
        Bare(Language) with
        {
            Action = action,
            FormToken = Form.Issue(Context, Signed),
            HasError = hasError,
        };

    /// <summary>The form that was sent, if it comes from one of our pages in this browser and this session; null: it does not.</summary>
    public async Task<IFormCollection?> Read()
    {
        var (form, _) = Context.Request.HasFormContentType ? await Body.ReadForm(Context.Request) : (null, null);
        return form is not null && form[SignInFields.Token] is [{ } token] && Form.IsGenuine(Context, token, Signed)
            ? form
            : null;
    }

    /// <summary>A notice in the place of a page.</summary>
    public RazorComponentResult<Notice> Say(int status, (string Title, string Body) words)
    {
        Context.Response.StatusCode = status;
        return NoticeView.Show(Bare(Language) with { HasError = true }, words.Title, words.Body);
    }

    /// <summary>More than the limits allow.</summary>
    /// <param name="retryAfter">Seconds after which to come again; null: not known.</param>
    public RazorComponentResult<Notice> TooMany(long? retryAfter = null)
    {
        if (retryAfter is { } seconds)
        {
            Wait(seconds);
        }
        return Say(StatusCodes.Status429TooManyRequests, new HouseholdTexts(Language).TooMany);
    }

    /// <summary>Says to programs, too, when to come again.</summary>
    public void Wait(long seconds) =>
        Context.Response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);

    /// <summary>The form is old, or of another page than ours.</summary>
    public RazorComponentResult<Notice> Outdated() =>
        Say(StatusCodes.Status422UnprocessableEntity, new HouseholdTexts(Language).Outdated);

    private SignInForm Form => Context.RequestServices.GetRequiredService<SignInForm>();

    // Another member's pages, and those from before the sign-in, are not good for this session.
    private IEnumerable<KeyValuePair<string, string>> Signed =>
        [KeyValuePair.Create("household session", Member?.IdHash ?? "")];

    private static Frame Bare(Language language)
    {
        var texts = new HouseholdTexts(language);
        return new Frame
        {
            Language = language,
            Assets = Assets.Version,
            Root = Root + "/",
            Site = texts.Site,
            Note = texts.Note,
        };
    }
}

/// <summary>What a page says first, after a form was sent.</summary>
[WordCase(WordCase.LowerSnake)]
internal enum HouseholdNews
{
    BankRemoved,
    PasswordChanged,
    PersonRemoved,

    /// <summary>A member has deleted the own account.</summary>
    AccountDeleted,
}
