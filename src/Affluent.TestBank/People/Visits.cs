using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using Affluent.TestBank.Scenarios;
using Microsoft.AspNetCore.WebUtilities;

namespace Affluent.TestBank.People;

/// <summary>How far a visitor has come.</summary>
internal enum Stage
{
    Login,
    Method,
    Code,
    Approval,
    PasswordExpired,
    Terms,
    Inside,
}

/// <summary>
/// A dialogue with one browser: a session of the web site, or the pages of one authorization. The form token is in every form of it and
/// in no other place.
/// </summary>
internal sealed record Visit(string Id, string FormToken, DateTimeOffset Expires)
{
    public Stage Stage { get; init; }
    public Visitor? Visitor { get; init; }

    /// <summary>Wrong one-time passwords since the login.</summary>
    public int WrongCodes { get; init; }

    /// <summary>What the person was asked after the password; null when nothing was, or the person has yet to choose.</summary>
    public Challenge? Challenge { get; init; }

    /// <summary>The right code; null when none is asked.</summary>
    public string? Code { get; init; }

    /// <summary>When the person approves in the bank's app; null when that is not asked.</summary>
    public DateTimeOffset? ApprovedAt { get; init; }

    /// <summary>Three wrong codes end the login.</summary>
    public const int MostWrongCodes = 3;

    /// <summary>After the right password.</summary>
    public Visit SignedIn(Visitor visitor, Person person, bool termsAccepted, DateTimeOffset now)
    {
        var visit = this with { Visitor = visitor, WrongCodes = 0 };
        return person.Methods.Count > 0 ? visit with { Stage = Stage.Method }
            : person.Challenge is { } challenge ? visit.Asked(challenge, now)
            : visit with { Stage = AfterProof(person, termsAccepted) };
    }

    /// <summary>Before this challenge.</summary>
    public Visit Asked(Challenge challenge, DateTimeOffset now) =>
        challenge switch
        {
            Challenge.Code code => this with { Stage = Stage.Code, Challenge = code, Code = code.Value },
            Challenge.Image => this with { Stage = Stage.Code, Challenge = challenge, Code = NewCode() },
            Challenge.Approval approval => this with
            {
                Stage = Stage.Approval,
                Challenge = approval,
                ApprovedAt = now + approval.After,
            },
            _ => throw new UnreachableException(),
        };

    /// <summary>What the image beside the question says; null when there is none.</summary>
    public string? Pictured =>
        (Stage, Challenge) switch
        {
            (Stage.Code, Challenge.Image) => $"Test bank: the code is {Code}",
            (Stage.Approval, Challenge.Approval { WithImage: true }) => "Test bank: approve this login",
            _ => null,
        };

    /// <summary>As of now: on, once the person has approved in the app.</summary>
    public Visit At(DateTimeOffset now, Person person, bool termsAccepted) =>
        Stage == Stage.Approval && ApprovedAt <= now ? this with { Stage = AfterProof(person, termsAccepted) } : this;

    /// <summary>After a one-time password: on, or one more try, or back to the login.</summary>
    public Visit CodeGiven(string code, Person person, bool termsAccepted)
    {
        if (string.Equals(code.Trim(), Code, StringComparison.Ordinal))
        {
            return this with { Stage = AfterProof(person, termsAccepted) };
        }

        return WrongCodes + 1 < MostWrongCodes
            ? this with
            {
                WrongCodes = WrongCodes + 1,
                // What an image told counts once.
                Code = Challenge is Challenge.Image ? NewCode() : Code,
            }
            : this with
            {
                WrongCodes = MostWrongCodes,
                Stage = Stage.Login,
                Visitor = null,
            };
    }

    private static string NewCode() =>
        RandomNumberGenerator.GetInt32(1_000_000).ToString("D6", CultureInfo.InvariantCulture);

    private static Stage AfterProof(Person person, bool termsAccepted)
    {
        if (person.Faults.Contains(Fault.PasswordExpired))
        {
            return Stage.PasswordExpired;
        }

        return person.Faults.Contains(Fault.SiteAction) && !termsAccepted ? Stage.Terms : Stage.Inside;
    }
}

/// <summary>The visits of this process; a restart ends them, as it would at many banks.</summary>
internal sealed class Visits(BankClock clock)
{
    private static readonly TimeSpan Idle = TimeSpan.FromMinutes(10);
    private readonly ConcurrentDictionary<string, Visit> open = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<Visitor, bool> termsAccepted = new();

    public Visit Begin()
    {
        foreach (var old in open.Values.Where(v => v.Expires <= clock.Now))
        {
            open.TryRemove(old.Id, out _);
        }

        var visit = new Visit(NewSecret(), NewSecret(), clock.Now + Idle);
        open[visit.Id] = visit;
        return visit;
    }

    /// <summary>The visit, kept alive for ten more minutes; null when it is unknown or over.</summary>
    public Visit? Find(string? id)
    {
        if (id is null || !open.TryGetValue(id, out var visit) || visit.Expires <= clock.Now)
        {
            return null;
        }

        return Keep(visit with { Expires = clock.Now + Idle });
    }

    public bool IsOpen(string id) => open.TryGetValue(id, out var visit) && visit.Expires > clock.Now;

    public Visit Keep(Visit visit) => open[visit.Id] = visit;

    /// <summary>The same visit under a new id and form token, so that an id known before the login is worth nothing after it.</summary>
    public Visit Renew(Visit visit)
    {
        open.TryRemove(visit.Id, out _);
        return Keep(visit with { Id = NewSecret(), FormToken = NewSecret() });
    }

    public void End(string id) => open.TryRemove(id, out _);

    public bool HasAcceptedTerms(Visitor visitor) => termsAccepted.ContainsKey(visitor);

    public void AcceptTerms(Visitor visitor) => termsAccepted[visitor] = true;

    public static string NewSecret() => WebEncoders.Base64UrlEncode(RandomNumberGenerator.GetBytes(24));
}
