using Affluent.TestBank.Authorization;
using Affluent.TestBank.Consents;

namespace Affluent.TestBank.BerlinGroup;

/// <summary>How a customer proves to agree (NextGenPSD2 1.3, section 5 "Strong customer authentication").</summary>
internal enum ScaApproach
{
    /// <summary>On the bank's page.</summary>
    Redirect,

    /// <summary>On the page of the authorization server, which gives a token.</summary>
    OAuth,

    /// <summary>By questions that the third party hands on.</summary>
    Embedded,

    /// <summary>In the bank's app, while the third party asks how it stands.</summary>
    Decoupled,
}

/// <summary>One interface of the face: each approach has its own, and a consent belongs to the one in which it was asked for.</summary>
internal sealed record BerlinGroupInterface(ScaApproach Approach, string Name)
{
    /// <summary>Base of the interface.</summary>
    public string Api => $"{BerlinGroupPaths.Root}/{Name}/v1";
    public string Consents => Api + "/consents";

    /// <summary>Whether customers let third parties in before a consent can be asked for (section 4.6 "OAuth2", pre-step): all requests bear the token.</summary>
    public bool WantsTokenBefore { get; init; }

    /// <summary>What the bank says of itself in <c>ASPSP-SCA-Approach</c>: by OAuth2 the customer is redirected, too.</summary>
    public string ScaWord =>
        Approach switch
        {
            ScaApproach.Redirect or ScaApproach.OAuth => "REDIRECT",
            ScaApproach.Embedded => "EMBEDDED",
            ScaApproach.Decoupled => "DECOUPLED",
        };
}

/// <summary>Where the face of the Berlin Group lives.</summary>
internal static class BerlinGroupPaths
{
    public const string Root = "/berlingroup";

    /// <summary>Where the authorization server tells of itself (RFC 8414).</summary>
    public const string Metadata = Root + "/.well-known/oauth-authorization-server";

    private const string ScopePrefix = "AIS:";

    public static readonly IReadOnlyList<BerlinGroupInterface> Interfaces =
    [
        new(ScaApproach.Redirect, "redirect"),
        new(ScaApproach.OAuth, "oauth"),
        new(ScaApproach.Embedded, "embedded"),
        new(ScaApproach.Decoupled, "decoupled"),
        new(ScaApproach.Redirect, "prestep") { WantsTokenBefore = true },
    ];

    /// <summary>The scope names the consent (section 13.1 "Authorization Request").</summary>
    public static readonly AuthorizationServer Server = new(Root, Face.BerlinGroup, MeaningOf);

    /// <summary>
    /// Customers authorize third parties here before a consent can be asked for, or in its place (section 4.6 "OAuth2", pre-step). What a scope says is
    /// each bank's own.
    /// </summary>
    public static readonly AuthorizationServer Beforehand = new(
        Root + "/beforehand",
        Face.BerlinGroup,
        (_, _) => new ScopeMeaning.New(new ConsentDemand(AccessKind.Chosen) { Api = Interfaces[0].Api })
    )
    {
        KnowsClients = true,
    };

    /// <summary>
    /// Where customers let third parties in at the interface that wants a token before. The token says who the customer is, and allows nothing else.
    /// </summary>
    public static readonly AuthorizationServer Prestep = new(
        Root + "/prestep",
        Face.BerlinGroup,
        (scope, _) =>
            scope == "AIS"
                ? new ScopeMeaning.New(new ConsentDemand(AccessKind.Named) { Api = Root + "/prestep" })
                : new ScopeMeaning.Unknown()
    );

    private static ScopeMeaning MeaningOf(string scope, string claims) =>
        scope.Split(' ', StringSplitOptions.RemoveEmptyEntries) is var scopes
        && scopes.Where(s => s.StartsWith(ScopePrefix, StringComparison.Ordinal)).ToList() is [var named]
        && scopes.All(s => s == named || s is "offline_access")
            ? new ScopeMeaning.Waiting(named[ScopePrefix.Length..])
            : new ScopeMeaning.Unknown();
}
