using Affluent.TestBank.Authorization;
using Affluent.TestBank.Consents;

namespace Affluent.TestBank.Stet;

/// <summary>Where the STET face lives.</summary>
internal static class StetPaths
{
    public const string Root = "/stettestbank";

    /// <summary>Base of the API, version 1.4.2.</summary>
    public const string Api = Root + "/stet/psd2/v1.4.2";
    public const string Accounts = Api + "/accounts";

    private static readonly IReadOnlyList<string> Scopes = ["aisp", "extended_transaction_history", "offline_access"];

    /// <summary>STET asks for everything in the authorization request.</summary>
    public static readonly AuthorizationServer Server = new(Root, Face.Stet, MeaningOf);

    private static ScopeMeaning MeaningOf(string scope, string claims)
    {
        var scopes = scope.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return
            scopes.Contains("aisp", StringComparer.Ordinal)
            && scopes.All(s => Scopes.Contains(s, StringComparer.Ordinal))
            ? new ScopeMeaning.New()
            : new ScopeMeaning.Unknown();
    }
}
