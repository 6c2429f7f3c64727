using System.Diagnostics;
using System.Globalization;
using Affluent.Connectors.Contract;
using Affluent.Server.Authorization;
using Affluent.Server.Connections;
using Affluent.Server.Consents;
using Affluent.Server.Platform;
using Affluent.Server.Providers;
using Affluent.Server.SignInPages;
using Affluent.Server.Storage;
using Affluent.Server.Widget;
using Affluent.Server.Widget.Pages;
using Affluent.Server.Widget.Pages.Shared;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.WebUtilities;

namespace Affluent.Server.EnableBankingFacade;

/// <summary>
/// The pages between an application and the widget: the user signs in and reads what the application will be able to do, links the bank in the widget, and
/// comes back here with what came of it, to be sent to the application.
/// </summary>
internal static partial class FacadePages
{
    /// <summary>Below the façade: the page that an application sends its user to.</summary>
    public const string Path = "/authorize";

    private const string ReturnPath = "/return";
    private const int LongestSecret = 100;

    public static void MapFacadePages(this IEndpointRouteBuilder app)
    {
        var pages = app.MapGroup("/enablebanking").ExcludeFromDescription();
        pages.MapMethods($"{Path}/{{secret}}", [HttpMethods.Get, HttpMethods.Post], Handle).AddEndpointFilter(Protect);
        pages.MapGet($"{ReturnPath}/{{secret}}", Return).AddEndpointFilter(Protect);
        // The style sheet and the script lie beside the pages.
        pages.MapGet("/widget.css", () => Assets.Css);
        pages.MapGet("/widget.js", () => Assets.Script);
    }

    private static async Task<IResult> Handle(
        string secret,
        HttpContext context,
        SignInForm form,
        Database database,
        Banks banks,
        TimeProvider time,
        CancellationToken cancellation
    )
    {
        var (authorization, application, client) = await database.Read(
            async db =>
            {
                var found =
                    secret.Length <= LongestSecret ? await FacadeStore.FindByPage(db, new Secret(secret)) : null;
                return (
                    Authorization: found,
                    Application: found is null ? null : await FacadeStore.FindByName(db, found.ApplicationId),
                    Client: found is null ? null : await ClientStore.Find(db, found.ClientId)
                );
            },
            cancellation
        );
        var language = Languages.Of(context.Request);
        if (
            authorization is null
            || application is null
            || !authorization.IsUnanswered(time.Seconds())
            || client is not { Disabled: false }
            || banks.Offered(authorization.ProviderId) is not { } bank
        )
        {
            return Over(context);
        }
        var visit = new Visit(context, form, secret, authorization, application, bank, language);
        return HttpMethods.IsPost(context.Request.Method) ? await Submit(visit, cancellation) : visit.Show();
    }

    private static async Task<IResult> Submit(Visit visit, CancellationToken cancellation)
    {
        var (context, texts) = (visit.Context, new SignInTexts(visit.Language));
        if (!context.Request.HasFormContentType)
        {
            return new Problem(415, "unsupported_media_type", "This address takes the page's own form.");
        }
        var (fields, problem) = await Body.ReadForm(context.Request);
        if (fields is null)
        {
            return problem!;
        }
        var name = fields[SignInFields.UserName].ToString();
        var password = fields[SignInFields.Password].ToString();
        if (!visit.IsGenuine(fields[SignInFields.Token].ToString()))
        {
            return visit.Correct(422, name, (SignInFields.UserName, texts.StartAgain));
        }
        if (
            Vocabulary<SignInAction>.TryRead(fields[PostedForm.ActionField].ToString(), out var action)
            && action == SignInAction.Cancel
        )
        {
            var said = "The user did not allow it.";
            return await Refuse(context, visit.Authorization, "access_denied", said, cancellation) is { } back
                ? new SeeOther(back)
                : Over(context);
        }
        var common = new CommonTexts(visit.Language);
        (string Field, string Text)[] missing =
        [
            .. name.Trim().Length > 0 ? [] : new[] { (SignInFields.UserName, common.FieldMissing(texts.UserName)) },
            .. password.Length > 0 ? [] : new[] { (SignInFields.Password, common.FieldMissing(texts.Password)) },
        ];
        if (missing.Length > 0)
        {
            return visit.Correct(422, name, missing);
        }
        var attempt = new SignIn(
            visit.Authorization.ClientId,
            name,
            new Secret(password),
            context.Connection.RemoteIpAddress
        );
        var users = context.RequestServices.GetRequiredService<UserDirectory>();
        switch (await users.SignIn(attempt, cancellation))
        {
            case SignInOutcome.Welcome welcome:
                return await Welcome(visit, welcome.UserId, cancellation);
            case SignInOutcome.Refused { RetryAfter: { } seconds }:
                return visit.Wait(422, name, seconds, texts.WrongTooOften(seconds));
            case SignInOutcome.Refused:
                return visit.Correct(422, name, (SignInFields.UserName, texts.Wrong));
            case SignInOutcome.Excess excess:
                return visit.Wait(429, name, excess.RetryAfter, texts.TooMany(excess.RetryAfter));
            default:
                throw new UnreachableException();
        }
    }

    /// <summary>Keeps what the user agreed to, and leads on to the widget.</summary>
    private static async Task<IResult> Welcome(Visit visit, UserId userId, CancellationToken cancellation)
    {
        var services = visit.Context.RequestServices;
        var sessions = services.GetRequiredService<WidgetSessions>();
        var authorization = visit.Authorization;
        // Known to this browser alone: whoever has the address of the page cannot come back in its place.
        var back = Secret.Generate();
        var place = new Uri($"{services.GetRequiredService<Addresses>().EnableBanking}{ReturnPath}/{back.Value}");
        var page = await services
            .GetRequiredService<UserDatabase>()
            .Write(
                userId,
                authorization.ClientId,
                async work =>
                {
                    if (!await FacadeStore.SignIn(work.Db, authorization.Id, userId, back.Hash(), work.Now))
                    {
                        return null;
                    }
                    await visit.Record(work);
                    return await sessions.Begin(
                        work,
                        new WidgetParameters
                        {
                            ProviderId = authorization.ProviderId,
                            TakesLinked = true,
                            RedirectUrl = place,
                            CancelUrl = place,
                            Language = visit.Language,
                        }
                    );
                },
                cancellation
            );
        return new SeeOther(page ?? visit.Context.Request.Path);
    }

    /// <summary>The user is back from the widget, which says how it ended.</summary>
    private static async Task<IResult> Return(
        string secret,
        HttpContext context,
        Database database,
        Banks banks,
        TimeProvider time,
        CancellationToken cancellation
    )
    {
        var query = context.Request.Query;
        var linked =
            query["status"] == MessageStatus.Success.Word()
            && Ids.TryRead<ConnectionId>(query["connection_id"], out var id)
                ? id
                : (ConnectionId?)null;
        var (now, code) = (time.Seconds(), Secret.Generate());
        // Anybody may try: who has no secret keeps no writer waiting.
        var authorization =
            secret.Length <= LongestSecret
                ? await database.Read(db => FacadeStore.FindByReturn(db, new Secret(secret)), cancellation)
                : null;
        var language = Languages.Of(context.Request);
        if (authorization is not { UserId: { } userId } || !authorization.IsOpen(now))
        {
            return Over(context);
        }
        var isGiven =
            linked is { } connectionId
            && await database.Write(
                async db =>
                    await ConnectionsStore.Find(db, userId, connectionId) is { } connection
                    // The bank may be linked under another of its ids.
                    && banks.SameAs(authorization.ProviderId).Contains(connection.ProviderId)
                    && await FacadeStore.GiveCode(db, authorization, connectionId, code.Hash(), now),
                cancellation
            );
        var address =
            isGiven ? AddressOf(authorization, ("code", code.Value))
            : query["status"] == MessageStatus.Error.Word()
                ? await Refuse(context, authorization, "server_error", "The bank was not linked.", cancellation)
            : await Refuse(context, authorization, "access_denied", "The user did not link the bank.", cancellation);
        if (address is null)
        {
            return Over(context);
        }
        // A page, not a redirect: browsers hold the redirects after a form of the widget to its rule on where forms go.
        var texts = new CommonTexts(language);
        return NoticeView.Show(
            FrameOf(language) with
            {
                Leaving = new Leaving(address, 0),
            },
            texts.Done,
            new EndedTexts(language).Leaving
        );
    }

    private static string AddressOf(FacadeAuthorization authorization, params (string Name, string Value)[] values) =>
        QueryHelpers.AddQueryString(
            authorization.RedirectUrl,
            [
                .. values
                    .Append(("state", authorization.State))
                    .Select(pair => KeyValuePair.Create(pair.Item1, (string?)pair.Item2)),
            ]
        );

    private static Frame FrameOf(Language language) =>
        new()
        {
            Language = language,
            Assets = Assets.Version,
            Root = "../",
        };

    private static async ValueTask<object?> Protect(
        EndpointFilterInvocationContext context,
        EndpointFilterDelegate next
    )
    {
        var http = context.HttpContext;
        PageRenderer.Protect(http.Response.Headers);
        http.Response.Headers.ContentSecurityPolicy = PageRenderer.Policy("", framedBy: "");
        try
        {
            return await next(context);
        }
        catch (Exception error) when (!http.RequestAborted.IsCancellationRequested)
        {
            LogBroken(http.RequestServices.GetRequiredService<ILogger<FacadeGate>>(), error);
            var language = Languages.Of(http.Request);
            var (title, body) = new SignInTexts(language).Broken;
            http.Response.StatusCode = StatusCodes.Status500InternalServerError;
            return NoticeView.Show(FrameOf(language) with { HasError = true }, title, body);
        }
    }

    [LoggerMessage(2102, LogLevel.Error, "A page between an application and the widget could not be shown")]
    private static partial void LogBroken(ILogger logger, Exception error);

    /// <summary>A user before the page.</summary>
    private sealed record Visit(
        HttpContext Context,
        SignInForm Form,
        string Secret,
        FacadeAuthorization Authorization,
        FacadeApplication Application,
        Provider Bank,
        Language Language
    )
    {
        // To this way and this text alone the form's token agrees.
        private KeyValuePair<string, string>[] Signed =>
            [
                KeyValuePair.Create("authorization", Authorization.Id.ToString()),
                KeyValuePair.Create("consent text", Consent.Hash),
            ];

        private IReadOnlyList<string> Rights => new FacadeTexts(Language).Rights(Bank.Name, Authorization.ValidUntil);

        private ConsentText Consent
        {
            get
            {
                var texts = new SignInTexts(Language);
                return ConsentText.Of(
                    [texts.Title, texts.Intro(Application.Name), .. Rights, texts.SignIn],
                    Language.Word(),
                    FacadeTexts.Version
                );
            }
        }

        public bool IsGenuine(string token) => Form.IsGenuine(Context, token, Signed);

        /// <summary>Keeps what the user agreed to, as evidence.</summary>
        public Task<ConsentId> Record(UserWork work) =>
            Context
                .RequestServices.GetRequiredService<ConsentKeeper>()
                .Record(
                    work,
                    ConsentKind.Application,
                    Consent,
                    new ConsentSubject(Bank.Id),
                    Context.Connection.RemoteIpAddress
                );

        public RazorComponentResult<SignInPage> Show() => Show("", isRefused: false, []);

        public RazorComponentResult<SignInPage> Correct(
            int status,
            string name,
            params (string Field, string Text)[] errors
        )
        {
            Context.Response.StatusCode = status;
            return Show(name, isRefused: true, errors);
        }

        public RazorComponentResult<SignInPage> Wait(int status, string name, long seconds, string text)
        {
            Context.Response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
            return Correct(status, name, (SignInFields.UserName, text));
        }

        private RazorComponentResult<SignInPage> Show(string name, bool isRefused, (string Field, string Text)[] errors)
        {
            var texts = new SignInTexts(Language);
            // Browsers hold the redirect after a form to the page's rule on where forms go: to the widget, or back.
            string[] next = [Context.RequestServices.GetRequiredService<Addresses>().Embed, Authorization.RedirectUrl];
            Context.Response.Headers.ContentSecurityPolicy = PageRenderer.Policy(
                string.Join(' ', next.Select(address => new Uri(address).GetLeftPart(UriPartial.Authority))),
                framedBy: ""
            );
            return PageMarkup.Of<SignInPage, SignInView>(
                FrameOf(Language) with
                {
                    Action = Secret,
                    FormToken = Form.Issue(Context, Signed),
                    HasError = errors.Length > 0,
                    Site = texts.Site,
                    Note = texts.Note,
                },
                new SignInView
                {
                    Client = Application.Name,
                    Rights = Rights,
                    Request = [],
                    UserName = name,
                    Errors = errors,
                    Refused = isRefused && errors is [{ Field: SignInFields.UserName }],
                }
            );
        }
    }
}

internal sealed class FacadeTexts(Language language) : Texts(language)
{
    /// <summary>Of what is said about an application's rights: another one whenever it changes.</summary>
    public const string Version = "1";

    private readonly CultureInfo _culture = CultureInfo.GetCultureInfo(language.Culture());

    /// <summary>What an application will be able to do.</summary>
    /// <param name="until">UTC seconds.</param>
    public IReadOnlyList<string> Rights(string bank, long until)
    {
        var day = DateTimeOffset.FromUnixTimeSeconds(until).ToString("d MMMM yyyy", _culture);
        return Say(
            en:
            [
                $"see the accounts of {bank} that you share, with their balances and transactions",
                $"do so until {day} at the latest, without asking you again",
            ],
            fr:
            [
                $"voir les comptes {bank} que vous partagez, avec leurs soldes et leurs opérations",
                $"le faire jusqu’au {day} au plus tard, sans vous le redemander",
            ]
        );
    }
}
