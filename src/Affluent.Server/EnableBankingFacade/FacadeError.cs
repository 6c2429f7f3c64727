using System.Globalization;
using System.Text.Json.Serialization;
using Affluent.Server.Platform;
using Affluent.Server.Storage;

namespace Affluent.Server.EnableBankingFacade;

/// <summary>The errors that are told, of those that the interface knows (API reference 1.0.0, "ErrorCode").</summary>
[JsonConverter(typeof(WordConverter<FacadeErrorCode>))]
internal enum FacadeErrorCode
{
    AccessDenied,
    AccountDoesNotExist,
    AlreadyAuthorized,
    AspspAccountNotAccessible,
    AspspError,
    AspspRateLimitExceeded,
    AuthorizationNotProvided,
    ClosedSession,
    DateFromInFuture,
    DateToWithoutDateFrom,
    ExpiredAuthorizationCode,
    ExpiredSession,
    InvalidHost,
    RedirectUriNotAllowed,
    RevokedSession,
    SessionDoesNotExist,
    TransactionDoesNotExist,
    UnauthorizedAccess,
    WrongAspspProvided,
    WrongAuthorizationCode,
    WrongContinuationKey,
    WrongDateInterval,
    WrongRequestParameters,
}

/// <summary>What an application is answered instead, in the interface's own form.</summary>
internal sealed record FacadeError(int Status, FacadeErrorCode Code, string Words, long? RetryAfter = null) : IResult
{
    public static FacadeError NoToken { get; } =
        new(401, FacadeErrorCode.AuthorizationNotProvided, "Send a token of the application: Authorization: Bearer …");

    public static FacadeError BadToken { get; } =
        new(
            401,
            FacadeErrorCode.UnauthorizedAccess,
            "The token is not one of a registered application: a JWT signed by RS256, kid the application's id, iss enablebanking.com, aud api.enablebanking.com, exp at most 24 hours after iat."
        );

    public static FacadeError Denied { get; } =
        new(
            403,
            FacadeErrorCode.AccessDenied,
            "The client of this application is closed, or may not link banks and read accounts and transactions."
        );

    public static FacadeError NoSession { get; } =
        new(404, FacadeErrorCode.SessionDoesNotExist, "This application has no such session.");

    public static FacadeError NoAccount { get; } =
        new(404, FacadeErrorCode.AccountDoesNotExist, "This application has no session with such an account.");

    public static FacadeError NoTransaction { get; } =
        new(404, FacadeErrorCode.TransactionDoesNotExist, "This account has no such transaction.");

    public static FacadeError NotShared { get; } =
        new(
            403,
            FacadeErrorCode.AspspAccountNotAccessible,
            "The user no longer shares this account, or the bank has closed it."
        );

    public static FacadeError Unavailable { get; } =
        new(503, FacadeErrorCode.AspspError, "The database cannot be reached just now. Try again in a moment.");

    public static FacadeError Wrong(string why) => new(422, FacadeErrorCode.WrongRequestParameters, why);

    public static FacadeError TooMany(long retryAfter) =>
        new(
            429,
            FacadeErrorCode.AspspRateLimitExceeded,
            string.Create(
                CultureInfo.InvariantCulture,
                $"This session, or this application, has sent as many requests as it may in a day. Send it again in {retryAfter} seconds."
            ),
            retryAfter
        );

    /// <summary>A problem of ours, with the nearest of the interface's codes.</summary>
    public static FacadeError Of(Problem problem) =>
        new(
            problem.Status,
            problem.Status switch
            {
                401 => FacadeErrorCode.UnauthorizedAccess,
                403 => FacadeErrorCode.AccessDenied,
                421 => FacadeErrorCode.InvalidHost,
                429 => FacadeErrorCode.AspspRateLimitExceeded,
                >= 500 => FacadeErrorCode.AspspError,
                _ => FacadeErrorCode.WrongRequestParameters,
            },
            problem.Code == "unknown_route" ? "There is no such call here." : problem.Detail,
            problem.RetryAfter
        );

    /// <summary>What is answered of a session that is over; null: it is not.</summary>
    public static FacadeError? Over(FacadeSessionStatus status) =>
        status switch
        {
            FacadeSessionStatus.Authorized => null,
            FacadeSessionStatus.Expired => new(
                401,
                FacadeErrorCode.ExpiredSession,
                "The time of this session is over, or that of the bank's consent. Let the user agree anew."
            ),
            FacadeSessionStatus.Closed => new(401, FacadeErrorCode.ClosedSession, "This session was deleted."),
            FacadeSessionStatus.Revoked => new(
                401,
                FacadeErrorCode.RevokedSession,
                "The user has taken this session back, or its bank off."
            ),
        };

    public Task ExecuteAsync(HttpContext httpContext)
    {
        httpContext.Response.StatusCode = Status;
        ApiErrors.LogAnswer(httpContext, new Problem(Status, Code.Word(), Words));
        if (Status == StatusCodes.Status401Unauthorized)
        {
            httpContext.Response.Headers.WWWAuthenticate = "Bearer";
        }
        if (RetryAfter is { } seconds)
        {
            httpContext.Response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
        }
        return httpContext.Response.WriteAsJsonAsync(
            new FacadeErrorMessage(Code, Status, Words),
            FacadeJson.Readable.FacadeErrorMessage,
            "application/json"
        );
    }
}
