using System.Text.Json.Nodes;

namespace Affluent.TestBank.OpenBankingUk;

/// <summary>What is wrong with a request, in the words of 3.1 ("Namespaced Enumerations").</summary>
internal enum OpenBankingError
{
    FieldInvalid,
    FieldMissing,
    FieldInvalidDate,
    Reauthenticate,
    ConsentMismatch,
    InvalidConsentStatus,
    NotFound,
    UnexpectedError,
}

/// <summary>Answers of the face: JSON, and errors in the form of the standard.</summary>
internal static class OpenBankingProblem
{
    private const string Type = "application/json";

    // The list of codes that 4.0 has in place of the words is no part of its description; this one says that the message tells all.
    private const string Narrative = "NARR";

    public static IResult Of(
        OpenBankingInterface at,
        int status,
        OpenBankingError error,
        string message,
        string? path = null
    )
    {
        var detail = new JsonObject { ["ErrorCode"] = at.Word(WordOf(error), Narrative), ["Message"] = message };
        if (path is not null)
        {
            detail["Path"] = path;
        }

        return Json(
            new JsonObject
            {
                ["Code"] = $"{status} {Microsoft.AspNetCore.WebUtilities.ReasonPhrases.GetReasonPhrase(status)}",
                ["Message"] = message,
                ["Errors"] = new JsonArray(detail),
            },
            status
        );
    }

    public static IResult Json(JsonObject json, int status = StatusCodes.Status200OK) =>
        Results.Text(json.ToJsonString(), Type, statusCode: status);

    private static string WordOf(OpenBankingError error) =>
        error switch
        {
            OpenBankingError.FieldInvalid => "UK.OBIE.Field.Invalid",
            OpenBankingError.FieldMissing => "UK.OBIE.Field.Missing",
            OpenBankingError.FieldInvalidDate => "UK.OBIE.Field.InvalidDate",
            OpenBankingError.Reauthenticate => "UK.OBIE.Reauthenticate",
            OpenBankingError.ConsentMismatch => "UK.OBIE.Resource.ConsentMismatch",
            OpenBankingError.InvalidConsentStatus => "UK.OBIE.Resource.InvalidConsentStatus",
            OpenBankingError.NotFound => "UK.OBIE.Resource.NotFound",
            OpenBankingError.UnexpectedError => "UK.OBIE.UnexpectedError",
        };
}
