using Affluent.TestBank.Authorization;
using Affluent.TestBank.BerlinGroup;
using Affluent.TestBank.Consents;
using Affluent.TestBank.OpenBankingUk;
using Affluent.TestBank.Stet;

namespace Affluent.TestBank.Imitation;

/// <summary>What is wrong in a request.</summary>
internal enum LikeBlame
{
    /// <summary>What it says, or how.</summary>
    Request,

    /// <summary>Who asks.</summary>
    Client,
    Signature,
    Token,

    /// <summary>The address.</summary>
    Place,
}

/// <summary>Why a request is refused.</summary>
internal sealed record LikeFault(LikeBlame Blame, string Text)
{
    public static LikeFault Malformed(string text) => new(LikeBlame.Request, text);

    public static LikeFault OfToken(string text) => new(LikeBlame.Token, text);
}

/// <summary>How a bank that is imitated refuses: in the form of its standard, with the reason.</summary>
internal static class LikeRefusal
{
    public static IResult Of(HttpContext http, Manner manner, LikeRoute route, LikeFault fault) =>
        route.Call == LikeCall.Page ? AuthorizationPages.Refused(http, fault.Text)
        : route.IsOfAuthorization ? OfAuthorization(fault)
        : OfInterface(http, manner, fault);

    // RFC 6749, section 5.2.
    private static IResult OfAuthorization(LikeFault fault) =>
        fault.Blame switch
        {
            LikeBlame.Client or LikeBlame.Signature => ClientRequests.Error(
                "invalid_client",
                fault.Text,
                StatusCodes.Status401Unauthorized
            ),
            LikeBlame.Request or LikeBlame.Token or LikeBlame.Place => ClientRequests.Error(
                "invalid_request",
                fault.Text
            ),
        };

    private static IResult OfInterface(HttpContext http, Manner manner, LikeFault fault)
    {
        var (status, code) = fault.Blame switch
        {
            LikeBlame.Signature => (StatusCodes.Status401Unauthorized, "SIGNATURE_INVALID"),
            LikeBlame.Client or LikeBlame.Token => (StatusCodes.Status401Unauthorized, "TOKEN_INVALID"),
            LikeBlame.Place => (StatusCodes.Status404NotFound, "RESOURCE_UNKNOWN"),
            LikeBlame.Request => (StatusCodes.Status400BadRequest, "FORMAT_ERROR"),
        };
        return manner.Face switch
        {
            Face.Stet => StetEndpoints.Problem(
                http,
                // There, 401 and 403 mean that the consent is over.
                fault.Blame == LikeBlame.Place
                    ? status
                    : StatusCodes.Status400BadRequest,
                fault.Text
            ),
            Face.BerlinGroup => BerlinGroupProblem.Of(status, code, fault.Text),
            Face.OpenBankingUk => OpenBankingProblem.Of(
                manner.OpenBanking,
                status,
                OpenBankingError.FieldInvalid,
                fault.Text
            ),
        };
    }
}
