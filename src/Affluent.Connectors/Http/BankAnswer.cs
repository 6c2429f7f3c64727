using System.Globalization;
using Affluent.Connectors.Contract;

namespace Affluent.Connectors.Http;

/// <summary>What came back from a bank. A bank that could not be reached is an answer too.</summary>
internal record BankAnswer
{
    /// <summary>How long a bank is left alone that let us wait in vain: whoever is there has waited long enough.</summary>
    public static readonly TimeSpan PauseWhenSilent = TimeSpan.FromMinutes(15);

    /// <summary>How long a bank that counts our calls is left alone when it names no time itself: its count is mostly by the day.</summary>
    public static readonly TimeSpan PauseWhenLimited = TimeSpan.FromHours(1);

    /// <summary>HTTP status; 0 = no answer (connection refused, time-out, cut off, too large).</summary>
    public required int Status { get; init; }

    /// <summary>Whether that is because time ran out.</summary>
    public bool IsTimeOut { get; init; }

    /// <summary>Whether no answer came because nothing was sent: there was no connection.</summary>
    public bool IsUnsent { get; init; }

    /// <summary>The address asked.</summary>
    public required Uri Address { get; init; }

    /// <summary>The header Location as it stands.</summary>
    public string? Location { get; init; }

    /// <summary>A header by its name; null: there is none.</summary>
    public Func<string, string?> Header { get; init; } = _ => null;

    /// <summary>The headers Set-Cookie.</summary>
    public IReadOnlyList<string> SetCookies { get; init; } = [];

    /// <summary>The header Retry-After: seconds or an HTTP date (RFC 9110 §10.2.3).</summary>
    public string? RetryAfter { get; init; }

    /// <summary>2xx.</summary>
    public bool IsSuccess => Status is >= 200 and < 300;

    /// <summary>3xx with somewhere to go.</summary>
    public bool IsRedirect => Status is 301 or 302 or 303 or 307 or 308 && !string.IsNullOrEmpty(Location);

    /// <summary>The result to return when the bank cannot be asked now; null when the answer can be read.</summary>
    public StepResult.Later? RetryLater(string session, DateTimeOffset now) =>
        Status switch
        {
            429 => Limited(session, now),
            0 or 408 or >= 500 => Unavailable(session, now),
            _ => null,
        };

    /// <summary>The bank is down, or answers nonsense. When it names no time, how soon to ask again is up to who asks: somebody may be waiting.</summary>
    public StepResult.Later Unavailable(string session, DateTimeOffset now) =>
        Later(LaterReason.BankUnavailable, IsTimeOut ? PauseWhenSilent : TimeSpan.Zero, session, now);

    /// <summary>The bank counts our calls, and has had enough.</summary>
    public StepResult.Later Limited(string session, DateTimeOffset now) =>
        Later(LaterReason.RateLimited, PauseWhenLimited, session, now);

    private StepResult.Later Later(LaterReason reason, TimeSpan unlessNamed, string session, DateTimeOffset now)
    {
        var named = ReadRetryAfter(now);
        return new(named ?? now + unlessNamed, reason) { Session = session, IsNamed = named is not null };
    }

    private DateTimeOffset? ReadRetryAfter(DateTimeOffset now)
    {
        // More than two days is a bank's mistake, or its way to say "never": look again tomorrow.
        var longest = TimeSpan.FromDays(2);
        TimeSpan? wait =
            int.TryParse(RetryAfter, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)
                ? TimeSpan.FromSeconds(seconds)
            : DateTimeOffset.TryParseExact(
                RetryAfter,
                "r",
                CultureInfo.InvariantCulture,
                DateTimeStyles.AssumeUniversal,
                out var date
            )
                ? date - now
            : null;
        return wait switch
        {
            null => null,
            { } w when w < TimeSpan.Zero => now,
            { } w when w > longest => now + TimeSpan.FromDays(1),
            { } w => now + w,
        };
    }
}

/// <summary>An answer with its body.</summary>
internal sealed record BankAnswer<TBody> : BankAnswer
    where TBody : class
{
    /// <summary>What the family made of the body; null when none came.</summary>
    public TBody? Body { get; init; }
}
