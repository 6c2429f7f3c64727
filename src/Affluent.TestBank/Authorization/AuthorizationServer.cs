using Affluent.TestBank.Consents;

namespace Affluent.TestBank.Authorization;

/// <summary>What a scope asks for.</summary>
internal abstract record ScopeMeaning
{
    private ScopeMeaning() { }

    /// <summary>A consent that is made when the customer agrees.</summary>
    /// <param name="Demand">What it is for, where the face knows consents that are asked for.</param>
    public sealed record New(ConsentDemand? Demand = null) : ScopeMeaning;

    /// <summary>A consent that the third party has asked for before.</summary>
    public sealed record Waiting(string ConsentId) : ScopeMeaning;

    public sealed record Unknown : ScopeMeaning;
}

/// <summary>The authorization server of one face: where it is, and what it can be asked for. Its pages and endpoints are the same for all.</summary>
/// <param name="Root">The path below which all of it lies.</param>
/// <param name="MeaningOf">What a scope asks for, and the claims beside it.</param>
internal sealed record AuthorizationServer(string Root, Face Face, Func<string, string, ScopeMeaning> MeaningOf)
{
    /// <summary>Stands in the place of a consent in tokens that are the third party's own.</summary>
    public const string ThirdParty = "client:";

    /// <summary>Whether third parties get tokens of their own.</summary>
    public bool KnowsClients { get; init; }

    /// <summary>Whether signatures are those of FAPI 1.0 Advanced: of what they ask for, and of who they are.</summary>
    public bool IsFapi { get; init; }

    public string Authorize => Root + "/authorize";
    public string Token => Root + "/token";
    public string Revoke => Root + "/revoke";
    public string Push => Root + "/par";
    public string Keys => Root + "/jwks";
}
