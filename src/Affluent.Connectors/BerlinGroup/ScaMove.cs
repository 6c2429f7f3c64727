using System.Text.Json;
using Affluent.Connectors.Contract;
using Affluent.Connectors.Reading;

namespace Affluent.Connectors.BerlinGroup;

/// <summary>
/// What the bank's answer to a consent or to a step of its strong authentication leads to: told by status and links, not by what was asked for
/// (NextGenPSD2 1.3, section 4.14 "Hyperlinks", and 7 "Processes used commonly in AIS and PIS Services").
/// </summary>
internal abstract record ScaMove
{
    private ScaMove() { }

    /// <summary>The user has agreed.</summary>
    public sealed record Finished : ScaMove;

    /// <summary>The bank has given it up.</summary>
    public sealed record Failed : ScaMove;

    /// <summary>The user goes to the bank's page.</summary>
    public sealed record Redirect(string Href) : ScaMove;

    /// <summary>The bank wants to know who the user is, which the headers say.</summary>
    public sealed record Identify(ScaLink Link) : ScaMove;

    /// <summary>The bank wants the user's password.</summary>
    public sealed record Password(ScaLink Link) : ScaMove;

    /// <summary>The user chooses among methods.</summary>
    public sealed record Choose(ScaLink Link, IReadOnlyList<ChoiceOption> Methods) : ScaMove;

    /// <summary>The user types a code.</summary>
    public sealed record Code(ScaLink Link, Question.OneTimePassword Question) : ScaMove;

    /// <summary>The user acts elsewhere while we look.</summary>
    public sealed record Approve : ScaMove;

    /// <summary>The bank wants what this connector cannot give.</summary>
    public sealed record Unsupported(string What) : ScaMove;

    /// <param name="pageFirst">Whether the bank's own page is preferred to questions of ours.</param>
    public static ScaMove Of(JsonElement answer, bool pageFirst)
    {
        switch (answer.Text("scaStatus")?.ToUpperInvariant())
        {
            case "FINALISED" or "EXEMPTED":
                return new Finished();
            case "FAILED":
                return new Failed();
        }
        ScaLink? Link(string update, string start) =>
            BankLinks.Href(answer, update) is { } put ? new ScaLink(put, IsStart: false)
            : BankLinks.Href(answer, start) is { } post ? new ScaLink(post, IsStart: true)
            : null;

        var page = BankLinks.Href(answer, "scaRedirect");
        return page is not null && pageFirst ? new Redirect(page)
            : Link("authoriseTransaction", "startAuthorisationWithTransactionAuthorisation") is { } code
                ? new Code(code, ScaQuestions.Code(answer))
            : Link("selectAuthenticationMethod", "startAuthorisationWithAuthenticationMethodSelection") is { } choice
                ? new Choose(choice, ScaQuestions.Methods(answer))
            : Link("updatePsuAuthentication", "startAuthorisationWithPsuAuthentication") is { } password
                ? new Password(password)
            : Link("updatePsuIdentification", "startAuthorisationWithPsuIdentification") is { } identification
                ? new Identify(identification)
            : BankLinks.Href(answer, "startAuthorisation") is { } start
                ? new Identify(new ScaLink(start, IsStart: true))
            : page is not null ? new Redirect(page)
            : Link("updateEncryptedPsuAuthentication", "startAuthorisationWithEncryptedPsuAuthentication") is not null
                ? new Unsupported("the password encrypted for it")
            : BankLinks.Href(answer, "updateAdditionalPsuAuthentication") is not null
                ? new Unsupported("a second password")
            : new Approve();
    }
}

/// <summary>Where a step of the strong authentication is answered.</summary>
/// <param name="IsStart">Whether the authorisation begins with it (POST), or is updated (PUT).</param>
internal sealed record ScaLink(string Href, bool IsStart);
