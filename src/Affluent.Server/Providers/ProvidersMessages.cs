using System.Text.Json.Serialization;
using Affluent.Connectors.Contract;
using Affluent.Server.Platform;
using Affluent.Server.Storage;

namespace Affluent.Server.Providers;

/// <summary>A bank that users can connect.</summary>
internal sealed record ProviderMessage
{
    /// <summary>Id of the provider.</summary>
    public required ProviderId Id { get; init; }

    /// <summary>As shown to users.</summary>
    public required string Name { get; init; }

    /// <summary>The bank's public site.</summary>
    public required string BaseUrl { get; init; }

    /// <summary>A logo, served by this installation without a token.</summary>
    public required string LogoUrl { get; init; }

    /// <summary>ISO 3166-1 alpha-3.</summary>
    public required string CountryCode { get; init; }

    /// <summary>The ways to the bank's data, REDIRECT first; several of one mode in the order in which they are preferred.</summary>
    public required IReadOnlyList<ChannelDefinitionMessage> ChannelDefinitions { get; init; }

    public static ProviderMessage Of(Provider provider, Addresses addresses, ApiVersion version) =>
        new()
        {
            Id = provider.Id,
            Name = provider.Name,
            BaseUrl = provider.BaseUrl.AbsoluteUri,
            LogoUrl = ProviderLogo.Address(addresses, version, provider.Id),
            CountryCode = provider.CountryCode,
            ChannelDefinitions = [.. provider.Channels.Select(ChannelDefinitionMessage.Of)],
        };
}

/// <summary>One way to a bank's data.</summary>
internal sealed record ChannelDefinitionMessage
{
    /// <summary>Provider id followed by 00 (EMBEDDED) or 01 (REDIRECT; further ones up to 99). One of a bank that an upstream lists too keeps the id that it has there.</summary>
    public required ChannelDefinitionId Id { get; init; }

    /// <summary>REDIRECT: the bank's PSD2 interface; EMBEDDED: its web site, with credentials.</summary>
    public required ChannelMode Mode { get; init; }

    /// <summary>The family of banks that it speaks to: the standard of the interface, or the kind of site.</summary>
    public required string Connector { get; init; }

    /// <summary>The licensed aggregator through which the operator reads it; absent: the bank is read directly.</summary>
    public string? Upstream { get; init; }

    /// <summary>Kinds of account that it can bring.</summary>
    public required IReadOnlyList<BankAccountType> AccountTypes { get; init; }

    /// <summary>Whether the bank may put questions to the user while data is fetched.</summary>
    public required bool Interactive { get; init; }

    /// <summary>Whether it is out of service.</summary>
    public required bool Unavailable { get; init; }

    /// <summary>What it is good for: PFM_ACCOUNT, accounts and transactions.</summary>
    public required IReadOnlyList<string> Capabilities { get; init; }

    /// <summary>
    /// What can be done over it, in words of this platform. ACCOUNT_INFORMATION: accounts and transactions are read; ACCOUNT_CONSENT:
    /// the bank is told which accounts the user shares; the AUTHENTICATION words: where users prove who they are, on the bank's own
    /// pages (REDIRECT), to this platform (EMBEDDED), or elsewhere while it waits (DECOUPLED).
    /// </summary>
    public required IReadOnlyList<Capability> ConnectorCapabilities { get; init; }

    /// <summary>Fields of the credentials form; empty on REDIRECT.</summary>
    public required IReadOnlyList<CredentialMessage> Credentials { get; init; }

    public static ChannelDefinitionMessage Of(ChannelDefinition channel) =>
        new()
        {
            Id = channel.Id,
            Mode = channel.Mode,
            Connector = channel.Connector,
            Upstream = UpstreamNames.Of(channel),
            AccountTypes = channel.AccountTypes,
            Interactive = channel.Interactive,
            Unavailable = channel.Unavailable,
            Capabilities = channel.Capabilities.Contains(Capability.AccountInformation) ? ["PFM_ACCOUNT"] : [],
            ConnectorCapabilities = channel.Capabilities,
            Credentials = [.. channel.Credentials.Select(CredentialMessage.Of)],
        };
}

/// <summary>A field of a credentials form.</summary>
internal sealed record CredentialMessage
{
    /// <summary>Under this id its value is sent.</summary>
    public required string Id { get; init; }

    /// <summary>What to write beside the field.</summary>
    public required string Label { get; init; }

    /// <summary>TEXT, or PWD for what must not be seen on the screen.</summary>
    public required CredentialType Type { get; init; }

    /// <summary>Whether the value is especially sensitive. All values are stored encrypted.</summary>
    public required bool Encrypt { get; init; }

    /// <summary>What a value must look like, as a whole; absent when anything goes.</summary>
    public string? Regexp { get; init; }

    // The label is the English one: the published API has a single label, and the widget brings its own languages.
    public static CredentialMessage Of(CredentialField field) =>
        new()
        {
            Id = field.Id,
            Label = field.Labels.TryGetValue("en", out var english) ? english : field.Name,
            Type = field.Type,
            Encrypt = field.Encrypt,
            Regexp = field.Regexp,
        };
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    Converters = [
        typeof(WordConverter<BankAccountType>),
        typeof(WordConverter<Capability>),
        typeof(WordConverter<ChannelMode>),
        typeof(WordConverter<CredentialType>),
    ]
)]
[JsonSerializable(typeof(ProviderMessage))]
[JsonSerializable(typeof(IReadOnlyList<ProviderMessage>))]
internal sealed partial class ProvidersJson : JsonSerializerContext;
