using System.Text.Json;
using System.Text.Json.Serialization;
using Affluent.Connectors.Reading;

namespace Affluent.Connectors.Tests.Examples;

/// <summary>All that is kept between two steps.</summary>
/// <param name="Token">Opens the interface; null: nobody has signed in.</param>
/// <param name="Challenge">What the bank calls the code that it waits for; null: it waits for none.</param>
internal sealed record PebbleSession(string? Token = null, string? Challenge = null)
{
    /// <summary>A string that is none of ours is an empty session.</summary>
    public static PebbleSession Read(string session) =>
        Json.Own(session, PebbleJson.Default.PebbleSession) ?? new PebbleSession();

    public string Write() => JsonSerializer.Serialize(this, PebbleJson.Default.PebbleSession);
}

/// <summary>Where a list goes on.</summary>
internal sealed record PebblePlace(string Account, string Currency, DateOnly? From, int Page = 1)
{
    /// <summary>Null: it is none of ours.</summary>
    public static PebblePlace? Read(string place) =>
        Json.Own(place, PebbleJson.Default.PebblePlace) is { Account: not null, Currency: not null, Page: > 0 } read
            ? read
            : null;

    public string Write() => JsonSerializer.Serialize(this, PebbleJson.Default.PebblePlace);
}

[JsonSerializable(typeof(PebbleSession))]
[JsonSerializable(typeof(PebblePlace))]
internal sealed partial class PebbleJson : JsonSerializerContext;
