using System.Text.Json;
using System.Text.RegularExpressions;
using Affluent.Connectors.Contract;
using Affluent.Connectors.Reading;

namespace Affluent.Connectors.EnableBanking;

/// <summary>For which of its two environments an application was made; it never changes (API reference 1.0.0, "Environment").</summary>
public enum UpstreamEnvironment
{
    /// <summary>Invented banks and people.</summary>
    Sandbox,

    /// <summary>Real ones.</summary>
    Production,
}

/// <summary>Whose accounts are read (API reference 1.0.0, "PSUType").</summary>
public enum PsuType
{
    /// <summary>Those of people.</summary>
    Personal,

    /// <summary>Those of businesses.</summary>
    Business,
}

/// <summary>By what the operator is known at Enable Banking.</summary>
/// <param name="Id">The id (a UUID) that it was given.</param>
/// <param name="Environment">What it was made for.</param>
/// <param name="Address">Where the interface is; null: where it is for everybody.</param>
public sealed record UpstreamApplication(string Id, UpstreamEnvironment Environment, Uri? Address = null)
{
    /// <summary>The family that speaks to it, whose name the upstream bears.</summary>
    public static string Upstream => EnableBankingSettings.Manifest.Family;

    /// <summary>As people call it.</summary>
    public const string Name = "Enable Banking";

    /// <summary>Whether a channel is read by this application, so that it shares its key and its return address.</summary>
    public bool Reads(ChannelDefinition channel)
    {
        if (channel.Connector != Upstream)
        {
            return false;
        }
        var settings = EnableBankingSettings.Of(channel);
        return settings.ApplicationId == Id && settings.Address == EnableBankingSettings.Of(Channel(Upstream)).Address;
    }

    /// <summary>The way to a bank of the list.</summary>
    public ChannelDefinition ChannelOf(ProviderId id, UpstreamBank bank)
    {
        var channel = Channel($"{id}01", bank);
        return channel with
        {
            ConsentDays = bank.ConsentDays,
            AccountTypes =
            [
                BankAccountType.Checkings,
                BankAccountType.Savings,
                BankAccountType.CreditCard,
                BankAccountType.Loan,
            ],
        };
    }

    /// <summary>The upstream by itself, of which no bank is asked for.</summary>
    public ChannelDefinition Itself => Channel(Upstream);

    private ChannelDefinition Channel(string id, UpstreamBank? bank = null)
    {
        var settings = new Dictionary<string, string>
        {
            ["application_id"] = Id,
            ["bank_name"] = bank?.Name ?? "",
            ["bank_country"] = bank?.Country ?? "",
        };
        if (Address is not null)
        {
            settings["enable_banking_url"] = Address.AbsoluteUri;
        }
        if (bank is { PsuType: PsuType.Business })
        {
            settings["psu_type"] = UpstreamBank.Word(bank.PsuType);
        }
        if (bank is { PsuHeaders.Length: > 0 })
        {
            settings["psu_headers"] = bank.PsuHeaders;
        }
        return new ChannelDefinition
        {
            Id = new ChannelDefinitionId(id),
            Mode = EnableBankingSettings.Manifest.Mode,
            Connector = Upstream,
            Upstream = Upstream,
            AccountTypes = [],
            Capabilities = EnableBankingSettings.Manifest.Capabilities,
            UnattendedReadings = CatalogueReader.UnattendedReadingsByLaw,
            // Of entry_reference (API reference 1.0.0, "Transaction"): it holds for booked ones.
            TransactionIds = TransactionIds.StableOnceBooked,
            Settings = settings,
        };
    }
}

/// <summary>A bank of the list, for one kind of accounts. It has no id: name, country and kind are what it is known by.</summary>
/// <param name="Country">ISO 3166-1 alpha-2.</param>
public sealed partial record UpstreamBank(string Name, string Country, PsuType PsuType)
{
    private const int LongestName = 200;
    private const int LongestHeaders = 500;
    private const int LongestConsentDays = 3650;

    /// <summary>ISO 9362; null: not said.</summary>
    public string? Bic { get; init; }

    /// <summary>For how many days users may agree at the most.</summary>
    public required int ConsentDays { get; init; }

    /// <summary>What it wants to be told of users who are there, separated by spaces; empty: nothing in particular.</summary>
    public string PsuHeaders { get; init; } = "";

    /// <summary>The ways in which users sign in, by their names.</summary>
    internal IReadOnlyList<string> AuthMethods { get; private init; } = [];

    /// <summary>Whether it is still tried out.</summary>
    public bool Beta { get; init; }

    /// <summary>As the interface spells it.</summary>
    internal static string Word(PsuType type) =>
        type switch
        {
            PsuType.Personal => "personal",
            PsuType.Business => "business",
        };

    /// <summary>Reads a row of the list (API reference 1.0.0, "ASPSPData"): a bank for each kind of accounts; null: it is none that could be offered.</summary>
    /// <param name="country">Whose list it is.</param>
    internal static IReadOnlyList<UpstreamBank>? Read(JsonElement row, string country)
    {
        if (
            row.Item("name") is not { ValueKind: JsonValueKind.String } said
            // As it is written: by that it is asked for.
            || said.GetString() is not { Length: <= LongestName } name
            || string.IsNullOrWhiteSpace(name)
            || name.Any(char.IsControl)
            || row.Text("country") != country
            || row.Item("psu_types") is null
            || row.Decimal("maximum_consent_validity") is not { } longest
        )
        {
            return null;
        }
        var bic = row.Text("bic");
        var headers = string.Join(
            ' ',
            row.Items("required_psu_headers").Select(header => header.AsText()).OfType<string>()
        );
        var kinds = row.Items("psu_types").Select(kind => kind.AsText()).ToHashSet();
        UpstreamBank[] banks =
        [
            .. from kind in Enum.GetValues<PsuType>()
            where kinds.Contains(Word(kind))
            let days = DaysOf(row, kind, longest)
            where days >= 1
            select new UpstreamBank(name, country, kind)
            {
                Bic = bic is not null && Form().IsMatch(bic) ? bic : null,
                ConsentDays = days,
                PsuHeaders = headers.Length <= LongestHeaders ? headers : "",
                AuthMethods = [.. row.Items("auth_methods").Select(method => method.Text("name")).OfType<string>()],
                Beta = row.Item("beta")?.ValueKind == JsonValueKind.True,
            },
        ];
        return banks.Length > 0 ? banks : null;
    }

    // Users choose how they sign in: what each of the ways allows, all allow.
    private static int DaysOf(JsonElement row, PsuType kind, decimal longest)
    {
        var shortest = row.Items("auth_methods")
            .Where(method => method.Text("psu_type") is null || method.Text("psu_type") == Word(kind))
            .Select(method => method.Decimal("maximum_consent_validity"))
            .OfType<decimal>()
            .Append(longest)
            .Min();
        return (int)Math.Clamp(Math.Floor(shortest / 86400), 0, LongestConsentDays);
    }

    [GeneratedRegex(CatalogueReader.BicPattern, RegexOptions.NonBacktracking)]
    private static partial Regex Form();
}
