using System.Diagnostics;
using System.Globalization;
using Affluent.Server.Authorization;
using Affluent.Server.Consents;
using Affluent.Server.Platform;
using Affluent.Server.Storage;
using Affluent.Server.Widget;
using Affluent.Server.Widget.Pages.Shared;
using Microsoft.AspNetCore;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.WebUtilities;
using OpenIddict.Abstractions;
using OpenIddict.Server.AspNetCore;
using static OpenIddict.Abstractions.OpenIddictConstants;

namespace Affluent.Server.SignInPages;

/// <summary>
/// The page in which users sign in and say what an application may do (RFC 6749 §4.1). OpenIddict checks the request before, and makes
/// the answer to the application after.
/// </summary>
internal static partial class SignInEndpoints
{
    private const string Scheme = OpenIddictServerAspNetCoreDefaults.AuthenticationScheme;

    private static readonly string[] NotOfTheRequest =
    [
        SignInFields.UserName,
        SignInFields.Password,
        SignInFields.Token,
        PostedForm.ActionField,
    ];

    public static IServiceCollection AddSignInPages(this IServiceCollection services, MasterKey masterKey) =>
        services.AddSingleton(provider => new SignInForm(
            masterKey,
            provider.GetRequiredService<Addresses>(),
            provider.GetRequiredService<TimeProvider>()
        ));

    public static void MapSignInPages(this IEndpointRouteBuilder app)
    {
        foreach (var path in AuthorizationServer.AuthorizationPaths)
        {
            app.MapMethods($"/auth{path}", [HttpMethods.Get, HttpMethods.Post], Handle)
                .AddEndpointFilter(Protect)
                .ExcludeFromDescription();
        }
        app.MapGet("/auth/widget.css", () => Assets.Css).ExcludeFromDescription();
        app.MapGet("/auth/widget.js", () => Assets.Script).ExcludeFromDescription();
    }

    private static async Task<IResult> Handle(
        HttpContext context,
        AuthorizationRequests requests,
        SignInForm form,
        UserDirectory users,
        UserDatabase database,
        Addresses addresses,
        CancellationToken cancellation
    )
    {
        var language = LanguageOf(context);
        var request = context.GetOpenIddictServerRequest();
        if (request is null || !await requests.Trusts(request, cancellation))
        {
            return Failed(context, language, context.GetOpenIddictServerResponse()?.ErrorDescription);
        }
        if (context.GetOpenIddictServerResponse() is { } error)
        {
            return Back(request, error, addresses);
        }
        switch (await requests.Check(context, request, cancellation))
        {
            case AuthorizationCheck.Refused refused:
                return Refuse(refused.Error, refused.Description);
            case AuthorizationCheck.Good good:
                var page = new Visit(context, form, request, good, language);
                return
                    HttpMethods.IsPost(context.Request.Method)
                    && context.Request.Form[SignInFields.Token] is [{ } token]
                    ? await Submit(page, token, users, database, cancellation)
                    // Also an application's own POST, which OpenID Connect allows: nothing in it signs anybody in.
                    : page.Show();
            default:
                throw new UnreachableException();
        }
    }

    private static async Task<IResult> Submit(
        Visit visit,
        string token,
        UserDirectory users,
        UserDatabase database,
        CancellationToken cancellation
    )
    {
        var (context, texts) = (visit.Context, new SignInTexts(visit.Language));
        if (!visit.IsGenuine(token))
        {
            return visit.Correct(StatusCodes.Status422UnprocessableEntity, (SignInFields.UserName, texts.StartAgain));
        }
        var fields = context.Request.Form;
        if (
            Vocabulary<SignInAction>.TryRead(fields[PostedForm.ActionField].ToString(), out var action)
            && action == SignInAction.Cancel
        )
        {
            return Refuse(Errors.AccessDenied, "The user did not allow it.");
        }
        var (name, password) = (visit.UserName, fields[SignInFields.Password].ToString());
        var common = new CommonTexts(visit.Language);
        (string Field, string Text)[] missing =
        [
            .. name.Trim().Length > 0 ? [] : new[] { (SignInFields.UserName, common.FieldMissing(texts.UserName)) },
            .. password.Length > 0 ? [] : new[] { (SignInFields.Password, common.FieldMissing(texts.Password)) },
        ];
        if (missing.Length > 0)
        {
            return visit.Correct(StatusCodes.Status422UnprocessableEntity, missing);
        }
        var attempt = new SignIn(
            new ClientId(visit.Request.Client.Id),
            name,
            new Secret(password),
            context.Connection.RemoteIpAddress
        );
        switch (await users.SignIn(attempt, cancellation))
        {
            case SignInOutcome.Welcome welcome:
                await database.Write(welcome.UserId, attempt.ClientId, visit.Record, cancellation);
                return TypedResults.SignIn(
                    TokenPrincipal.Of(visit.Request.Client, welcome.UserId.ToString(), visit.Request.Scopes),
                    properties: null,
                    Scheme
                );
            case SignInOutcome.Refused { RetryAfter: { } seconds }:
                return visit.Wait(StatusCodes.Status422UnprocessableEntity, seconds, texts.WrongTooOften(seconds));
            case SignInOutcome.Refused:
                return visit.Correct(StatusCodes.Status422UnprocessableEntity, (SignInFields.UserName, texts.Wrong));
            case SignInOutcome.Excess excess:
                return visit.Wait(
                    StatusCodes.Status429TooManyRequests,
                    excess.RetryAfter,
                    texts.TooMany(excess.RetryAfter)
                );
            default:
                throw new UnreachableException();
        }
    }

    /// <summary>Back to the application with an error that OpenIddict has found, which sends nobody anywhere with it.</summary>
    private static SeeOther Back(OpenIddictRequest request, OpenIddictResponse error, Addresses addresses) =>
        new(
            QueryHelpers.AddQueryString(
                request.RedirectUri!,
                new Dictionary<string, string?>(StringComparer.Ordinal)
                {
                    [Parameters.Error] = error.Error,
                    [Parameters.ErrorDescription] = error.ErrorDescription,
                    [Parameters.State] = request.State,
                    [Parameters.Iss] = addresses.Auth,
                }
            )
        );

    /// <summary>Back to the application with an error (RFC 6749 §4.1.2.1).</summary>
    private static ForbidHttpResult Refuse(string error, string description) =>
        TypedResults.Forbid(
            new AuthenticationProperties(
                new Dictionary<string, string?>(StringComparer.Ordinal)
                {
                    [OpenIddictServerAspNetCoreConstants.Properties.Error] = error,
                    [OpenIddictServerAspNetCoreConstants.Properties.ErrorDescription] = description,
                }
            ),
            [Scheme]
        );

    /// <summary>Words, where no redirect address can be trusted.</summary>
    private static RazorComponentResult<Notice> Failed(HttpContext context, Language language, string? detail)
    {
        context.Response.StatusCode = StatusCodes.Status400BadRequest;
        var (title, body) = new SignInTexts(language).BadRequest(detail ?? "redirect_uri is missing.");
        return NoticeView.Show(FrameOf(context, language) with { HasError = true }, title, body);
    }

    // The page lies beside its style sheet; an address with a slash at its end lies one deeper.
    private static Frame FrameOf(HttpContext context, Language language)
    {
        var path = context.Request.Path.Value!;
        var texts = new SignInTexts(language);
        var root = path.EndsWith('/') ? "../" : "";
        return new Frame
        {
            Language = language,
            Assets = Assets.Version,
            Root = root,
            Action = root + path.TrimEnd('/').Split('/')[^1],
            Site = texts.Site,
            Note = texts.Note,
        };
    }

    private static Language LanguageOf(HttpContext context) =>
        context.GetOpenIddictServerRequest()?.UiLocales?.Split(' ')[0] is { Length: > 0 } locale
            ? Languages.Of(locale)
            : Languages.Of(context.Request);

    private static async ValueTask<object?> Protect(
        EndpointFilterInvocationContext context,
        EndpointFilterDelegate next
    )
    {
        var http = context.HttpContext;
        // OpenIddict leaves a 400 behind when it passes an error on, and a handler would not be called.
        http.Response.StatusCode = StatusCodes.Status200OK;
        PageRenderer.Protect(http.Response.Headers);
        http.Response.Headers.ContentSecurityPolicy = PageRenderer.Policy("", framedBy: "");
        try
        {
            return await next(context);
        }
        catch (Exception error) when (!http.RequestAborted.IsCancellationRequested)
        {
            LogBroken(http.RequestServices.GetRequiredService<ILogger<SignInForm>>(), error);
            var language = LanguageOf(http);
            var (title, body) = new SignInTexts(language).Broken;
            http.Response.StatusCode = StatusCodes.Status500InternalServerError;
            return NoticeView.Show(FrameOf(http, language) with { HasError = true }, title, body);
        }
    }

    [LoggerMessage(2101, LogLevel.Error, "The sign-in page could not be shown")]
    private static partial void LogBroken(ILogger logger, Exception error);

    /// <summary>A user before the page.</summary>
    private sealed record Visit(
        HttpContext Context,
        SignInForm Form,
        OpenIddictRequest OAuth,
        AuthorizationCheck.Good Request,
        Language Language
    )
    {
        public string UserName =>
            Context.Request.HasFormContentType ? Context.Request.Form[SignInFields.UserName].ToString() : "";

        private KeyValuePair<string, string>[] Fields =>
            [
                .. OAuth
                    .GetParameters()
                    .Where(parameter => !NotOfTheRequest.Contains(parameter.Key))
                    .Select(parameter => KeyValuePair.Create(parameter.Key, (string?)parameter.Value ?? "")),
            ];

        // To this text alone the form's token agrees.
        private IEnumerable<KeyValuePair<string, string>> Signed =>
            Fields.Append(KeyValuePair.Create("consent text", Consent.Hash));

        private ConsentText Consent =>
            ConsentText.Of(
                new SignInTexts(Language).Agreed(Request.Client.DisplayName ?? "", Request.Scopes),
                Language.Word(),
                SignInTexts.Version
            );

        public bool IsGenuine(string token) => Form.IsGenuine(Context, token, Signed);

        /// <summary>Keeps what the user agreed to, as evidence.</summary>
        public Task<ConsentId> Record(UserWork work) =>
            Context
                .RequestServices.GetRequiredService<ConsentKeeper>()
                .Record(
                    work,
                    ConsentKind.Application,
                    Consent,
                    new ConsentSubject(),
                    Context.Connection.RemoteIpAddress
                );

        public RazorComponentResult<SignInPage> Show() => Show(isRefused: false, []);

        public RazorComponentResult<SignInPage> Correct(int status, params (string Field, string Text)[] errors)
        {
            Context.Response.StatusCode = status;
            return Show(isRefused: true, errors);
        }

        public RazorComponentResult<SignInPage> Wait(int status, long seconds, string text)
        {
            Context.Response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
            return Correct(status, (SignInFields.UserName, text));
        }

        private RazorComponentResult<SignInPage> Show(bool isRefused, (string Field, string Text)[] errors)
        {
            var fields = Fields;
            // Browsers hold the redirect after a form to the page's rule on where forms go.
            var back = new Uri(OAuth.RedirectUri!).GetLeftPart(UriPartial.Authority);
            Context.Response.Headers.ContentSecurityPolicy = PageRenderer.Policy(back, framedBy: "");
            return PageMarkup.Of<SignInPage, SignInView>(
                FrameOf(Context, Language) with
                {
                    FormToken = Form.Issue(Context, Signed),
                    HasError = errors.Length > 0,
                },
                new SignInView
                {
                    Client = Request.Client.DisplayName ?? "",
                    Rights = new SignInTexts(Language).Rights(Request.Scopes),
                    Request = fields,
                    UserName = isRefused ? UserName : OAuth.LoginHint ?? "",
                    Errors = errors,
                    Refused = isRefused && errors is [{ Field: SignInFields.UserName }],
                }
            );
        }
    }
}
