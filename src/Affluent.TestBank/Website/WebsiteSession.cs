using Affluent.TestBank.People;

namespace Affluent.TestBank.Website;

/// <summary>Whose browser it is that asks, and how far its visitor has come.</summary>
internal sealed class WebsiteSession(Bank bank, Visits visits)
{
    public const string Cookie = "testbank_session";

    /// <summary>A visitor at the stage that the page is for.</summary>
    public sealed record Here(Visit Visit, Customer Customer);

    /// <summary>Either the visitor is at this stage, or there is another page to go to.</summary>
    public async Task<(Here? Here, IResult? Elsewhere)> At(
        HttpContext http,
        Stage stage,
        CancellationToken cancellation
    )
    {
        if (visits.Find(http.Request.Cookies[Cookie]) is not { Visitor: { } visitor } visit)
        {
            return (null, ToLogin("expired"));
        }

        if (visit.Stage != stage)
        {
            return (null, ToStage(visit));
        }

        return await bank.Find(visitor, cancellation) is { } customer
            ? (new Here(visit, customer), null)
            : (null, ToLogin("file-problem"));
    }

    /// <summary>The form of a page of this session; null: without its token it comes from somewhere else.</summary>
    public async Task<(Visit Visit, IFormCollection Form)?> Form(HttpContext http, CancellationToken cancellation)
    {
        if (visits.Find(http.Request.Cookies[Cookie]) is not { } visit || !http.Request.HasFormContentType)
        {
            return null;
        }

        var form = await http.Request.ReadFormAsync(cancellation);
        return string.Equals(form["token"], visit.FormToken, StringComparison.Ordinal) ? (visit, form) : null;
    }

    public static SeeOtherResult ToStage(Visit visit) =>
        visit.Stage switch
        {
            Stage.Login => new SeeOtherResult("/login"),
            Stage.Method => new SeeOtherResult("/method"),
            Stage.Code => new SeeOtherResult("/otp"),
            Stage.Approval => new SeeOtherResult("/approval"),
            Stage.PasswordExpired => new SeeOtherResult("/password"),
            Stage.Terms => new SeeOtherResult("/terms"),
            Stage.Inside => new SeeOtherResult("/accounts"),
        };

    public static SeeOtherResult ToLogin(string error) => new("/login?error=" + error);

    public static void SetCookie(HttpContext http, string id) =>
        http.Response.Cookies.Append(
            Cookie,
            id,
            new CookieOptions
            {
                HttpOnly = true,
                SameSite = SameSiteMode.Lax,
                Secure = http.Request.IsHttps,
                Path = "/",
            }
        );
}
