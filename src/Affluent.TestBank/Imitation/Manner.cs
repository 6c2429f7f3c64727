using System.Text.RegularExpressions;
using Affluent.TestBank.Authorization;
using Affluent.TestBank.BerlinGroup;
using Affluent.TestBank.Consents;
using Affluent.TestBank.OpenBankingUk;
using Affluent.TestBank.Stet;

namespace Affluent.TestBank.Imitation;

/// <summary>How one bank wants to be asked, and where its places are. What its entry does not say is as the standard has it.</summary>
internal sealed partial class Manner
{
    private const string Account = "$account";

    private readonly Likeness likeness;
    private readonly Dictionary<string, LikeRoute> endpoints = new(StringComparer.Ordinal);
    private readonly string api;
    private readonly string? consents;
    private readonly string consentsAtFace;

    public Manner(Likeness likeness)
    {
        this.likeness = likeness;
        Face = likeness.Family switch
        {
            "stet" => Face.Stet,
            "berlin_group" => Face.BerlinGroup,
            "open_banking_uk" => Face.OpenBankingUk,
            var other => throw new ArgumentException(
                $"Banks of the family '{other}' cannot be imitated.",
                nameof(likeness)
            ),
        };
        api = PathOf("api_url").TrimEnd('/');
        BerlinGroup = BerlinGroupPaths.Interfaces.First(at => at.Approach == Approach());
        OpenBanking = OpenBankingPaths.Interfaces.First(at =>
            at.Version == (Version4().IsMatch(api) ? OpenBankingVersion.V40 : OpenBankingVersion.V31)
        );
        (Api, Server, consentsAtFace) = Face switch
        {
            Face.Stet => (StetPaths.Api, StetPaths.Server, StetPaths.Api + "/consents"),
            Face.BerlinGroup => (
                BerlinGroup.Api,
                OAuth == "after_consent" ? BerlinGroupPaths.Server : BerlinGroupPaths.Beforehand,
                BerlinGroup.Consents
            ),
            Face.OpenBankingUk => (OpenBanking.Api, OpenBankingPaths.Server, OpenBanking.Consents),
        };
        consents = Face switch
        {
            Face.Stet => api + "/consents",
            Face.BerlinGroup when OAuth == "instead_of_consent" => null,
            Face.BerlinGroup => Text("consents_url") is null ? api + "/consents" : PathOf("consents_url"),
            Face.OpenBankingUk => Text("access_consents_url") is null
                ? api + "/account-access-consents"
                : PathOf("access_consents_url"),
        };
        Add("token_url", new(LikeCall.Token, Server.Token));
        Add("refresh_url", new(LikeCall.Token, Server.Token));
        Add("revocation_url", new(LikeCall.Revocation, Server.Revoke));
        Add("pushed_authorization_url", new(LikeCall.Push, ""));
        Add("authorize_lookup_url", new(LikeCall.Lookup, ""));
        Add("jwks_url", new(LikeCall.Keys, ""));
        Add("authorize_url", new(LikeCall.Page, Server.Authorize));
        // Where the third party is told the address of the page, the bank chooses one.
        endpoints.TryAdd(Page, new(LikeCall.Page, Server.Authorize));
        Signature = SignatureManner.Of(this);
    }

    public string Name => likeness.Name;
    public string? Key => likeness.ClientPublicKey;
    public Face Face { get; }
    public BerlinGroupInterface BerlinGroup { get; }
    public OpenBankingInterface OpenBanking { get; }

    /// <summary>The authorization server that stands behind.</summary>
    public AuthorizationServer Server { get; }

    /// <summary>Base of the interface that stands behind.</summary>
    public string Api { get; }

    public SignatureManner? Signature { get; }

    /// <summary>When customers authorize by OAuth2 (Berlin Group).</summary>
    public string OAuth => Text("oauth") ?? "after_consent";

    /// <summary>Where customers agree.</summary>
    public string Page => Text("authorize_url") is null ? $"{Likeness.Root}/{Name}/authorize" : PathOf("authorize_url");

    public string? Text(string name) =>
        likeness.Settings.TryGetValue(name, out var value) && value.Length > 0 ? value : null;

    public bool Is(string name, string value) => string.Equals(Text(name), value, StringComparison.Ordinal);

    public IReadOnlyList<string> Words(string name) =>
        (Text(name) ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries);

    /// <summary>Names and texts, which the entry holds as lines.</summary>
    public IReadOnlyList<Said> Fields(string name) =>
        [
            .. (Text(name) ?? "")
                .Split('\n', StringSplitOptions.RemoveEmptyEntries)
                .Select(line => line.Split(':', 2))
                .Select(pair => new Said(pair[0].Trim(), pair.Length > 1 ? pair[1].Trim() : "")),
        ];

    /// <summary>The path of an address of the entry, from the root on.</summary>
    public string PathOf(string name) => Split(name).Path;

    /// <summary>Where a request leads; null: this bank has no such place.</summary>
    public LikeRoute? Find(string path)
    {
        if (endpoints.TryGetValue(path, out var endpoint))
        {
            return endpoint;
        }

        if (consents is not null && Below(path, consents) is { } consent)
        {
            var call = consent.Contains("/authorisations", StringComparison.Ordinal) ? LikeCall.Sca : LikeCall.Consents;
            return new LikeRoute(call, consentsAtFace + consent);
        }

        if (Named(path, "accounts_url") is not null)
        {
            return new LikeRoute(LikeCall.Accounts, Api + "/accounts", Split("accounts_url").Query);
        }

        if (Named(path, "balances_url") is { } ofBalances)
        {
            return new LikeRoute(LikeCall.Balances, $"{Api}/accounts/{ofBalances}/balances");
        }

        if (Named(path, "transactions_url") is { } ofTransactions)
        {
            return new LikeRoute(LikeCall.Transactions, $"{Api}/accounts/{ofTransactions}/transactions");
        }

        return Below(path, api) is { } rest ? OfInterface(rest) : null;
    }

    private LikeRoute? OfInterface(string rest) =>
        rest.Split('/') switch
        {
            ["", "accounts"] when Text("accounts_url") is not null => null,
            ["", "card-accounts", ..] when !Is("card_accounts", "true") => null,
            ["", "accounts" or "card-accounts"] => new(LikeCall.Accounts, Api + rest),
            ["", "accounts" or "card-accounts", _, "balances"] => Text("balances_url") is null
                ? new(LikeCall.Balances, Api + rest)
                : null,
            ["", "accounts" or "card-accounts", _, "transactions"] => Text("transactions_url") is null
                ? new(LikeCall.Transactions, Api + rest)
                : null,
            // The face tells the one customer of an account that way.
            ["", "accounts", var account, "parties"] when Face == Face.OpenBankingUk => new(
                LikeCall.Data,
                $"{Api}/accounts/{account}/party"
            ),
            ["", "elsewhere", ..] => null,
            _ => new(LikeCall.Data, Api + rest),
        };

    /// <summary>What the bank's links say in the place of those of the face.</summary>
    public string Linked(string text) =>
        OfAccounts(OfAccounts(text, "transactions"), "balances")
            .Replace(consentsAtFace, consents ?? consentsAtFace, StringComparison.Ordinal)
            .Replace(Api, api, StringComparison.Ordinal);

    // What an account has may be at an address of its own, apart from the interface.
    private string OfAccounts(string text, string resource) =>
        Text($"{resource}_url") is null
            ? text
            : Regex.Replace(
                text,
                $"""{Regex.Escape(Api)}/accounts/([^/"?]+)/{resource}""",
                link => PathOf($"{resource}_url").Replace(Account, link.Groups[1].Value, StringComparison.Ordinal),
                RegexOptions.CultureInvariant,
                TimeSpan.FromSeconds(1)
            );

    /// <summary>The same where the bank's links lead nowhere.</summary>
    public string Misled(string text) => text.Replace(Api, $"{api}/elsewhere", StringComparison.Ordinal);

    private ScaApproach Approach() =>
        likeness.Embedded ? ScaApproach.Embedded
        : Is("oauth", "after_consent") ? ScaApproach.OAuth
        // A bank that is told no address to send customers back to lets them agree in its app.
        : Fields("consent_headers")
            .Any(h => h.Value.Length == 0 && h.Name.Equals("TPP-Redirect-URI", StringComparison.OrdinalIgnoreCase))
            ? ScaApproach.Decoupled
        : ScaApproach.Redirect;

    private void Add(string name, LikeRoute route)
    {
        if (Text(name) is not null)
        {
            endpoints.TryAdd(
                PathOf(name),
                route with
                {
                    Query = name == "authorize_lookup_url" ? "" : Split(name).Query,
                }
            );
        }
    }

    private string? Named(string path, string name)
    {
        if (Text(name) is null)
        {
            return null;
        }

        var parts = PathOf(name).Split(Account);
        return parts is [var before, var after]
            ? path.Length > before.Length + after.Length
            && path.StartsWith(before, StringComparison.Ordinal)
            && path.EndsWith(after, StringComparison.Ordinal)
            && path[before.Length..^after.Length] is var account
            && !account.Contains('/', StringComparison.Ordinal)
                ? account
                : null
            : path == parts[0]
                ? ""
                : null;
    }

    // Whatever the origin is: the bank has one, which the entry knows better.
    private (string Path, string Query) Split(string name)
    {
        var address = Text(name) ?? "";
        var at = address.IndexOf($"{Likeness.Root}/{Name}/", StringComparison.Ordinal);
        var parts = (at < 0 ? "/" : address[at..]).Split('?', 2);
        return (parts[0], parts.Length > 1 ? parts[1] : "");
    }

    private static string? Below(string path, string place) =>
        path.StartsWith(place, StringComparison.Ordinal) && (path.Length == place.Length || path[place.Length] == '/')
            ? path[place.Length..]
            : null;

    [GeneratedRegex("/v4(?:\\.|/|$)", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Version4();
}

/// <summary>A name and what the entry says for it; empty: it is not wanted.</summary>
internal sealed record Said(string Name, string Value)
{
    /// <summary>What is wanted beside and in the place of the usual.</summary>
    public static IReadOnlyList<Said> Instead(IReadOnlyList<Said> usual, IReadOnlyList<Said> wanted) =>
        [.. wanted.Concat(usual).DistinctBy(said => said.Name, StringComparer.OrdinalIgnoreCase)];
}
