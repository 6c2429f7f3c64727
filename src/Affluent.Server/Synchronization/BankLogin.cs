using System.Data.Common;
using System.Diagnostics;
using Affluent.Connectors.Contract;
using Affluent.Server.Connections;
using Affluent.Server.Platform;
using Affluent.Server.Security;

namespace Affluent.Server.Synchronization;

/// <summary>
/// A login at a bank whose credentials have not been proved yet. Wrong ones are counted per bank and login, whoever brings them, so
/// that nobody guesses a bank's password through this installation.
/// </summary>
internal sealed record BankLogin(IReadOnlyList<string> Names)
{
    // Seconds.
    private const long LongestAttempt = 180;
    private const long Patience = 60;

    private static readonly TimeSpan LookAgain = TimeSpan.FromMilliseconds(300);

    /// <summary>Null: there is nothing to guess.</summary>
    public static BankLogin? Of(
        ProviderId provider,
        ChannelDefinition definition,
        IReadOnlyDictionary<string, string> credentials
    ) =>
        credentials.Count == 0
            ? null
            : new BankLogin([
                provider.Value,
                // Optional fields would make one login look like many.
                .. definition
                    .Credentials.Where(field => field is { Type: CredentialType.Text, Optional: false })
                    .Select(field => Normal(credentials.GetValueOrDefault(field.Id, ""))),
            ]);

    /// <summary>
    /// Reads the channel, unless wrong credentials have blocked the login for now. The attempt is counted before the bank is asked:
    /// many at the same time see each other.
    /// </summary>
    /// <param name="about">Whose attempt it is.</param>
    public async Task<ChannelEnd> Guard(
        RunTools tools,
        SecuritySubject about,
        Func<CancellationToken, Task<ChannelEnd>> read,
        CancellationToken cancellation
    )
    {
        var (rule, key) = (ThrottleRule.BankLogin, tools.ThrottleKeys.Of(ThrottleKind.BankLogin, [.. Names]));
        if (await Begin(tools, key, rule, cancellation) != AttemptAnswer.Begun)
        {
            LimitMetrics.Refused(key.Kind);
            tools.Security.BankLoginBlocked(about);
            return new ChannelEnd.Finished(new ChannelResult(ChannelStatus.AuthFailed, ChannelReason.TooManyAttempts));
        }
        ChannelEnd end;
        try
        {
            end = await read(cancellation);
        }
        catch
        {
            // A run that is stopped or fails in the middle says nothing about the credentials either.
            await TryPardon(tools, key, rule);
            throw;
        }
        switch (end)
        {
            case ChannelEnd.Finished { Result.Reason: ChannelReason.WrongCredentials }:
                await tools.Database.Write(db => ThrottleStore.Confirm(db, key), cancellation);
                break;
            case ChannelEnd.Finished { Result.Status: ChannelStatus.Success }:
                await tools.Database.Write(db => ThrottleStore.Forget(db, key), cancellation);
                break;
            case ChannelEnd.Finished or ChannelEnd.Waiting or ChannelEnd.Later or ChannelEnd.Faulty:
                // Says nothing about the credentials.
                await tools.Database.Write(db => ThrottleStore.Pardon(db, key, rule), cancellation);
                break;
            default:
                throw new UnreachableException();
        }
        return end;
    }

    // Where the database is what failed, the attempt counts as a wrong one, and the first fault is the one to be told.
    private static async Task TryPardon(RunTools tools, ThrottleKey key, ThrottleRule.Growing rule)
    {
        try
        {
            await tools.Database.Write(db => ThrottleStore.Pardon(db, key, rule), CancellationToken.None);
        }
        catch (Exception error) when (error is DbException or TimeoutException) { }
    }

    /// <summary>
    /// Several who share a login may link it in the same moment: while it is not known yet whether those before are right, the others
    /// wait and are not refused.
    /// </summary>
    private static async Task<AttemptAnswer> Begin(
        RunTools tools,
        ThrottleKey key,
        ThrottleRule.Growing rule,
        CancellationToken cancellation
    )
    {
        var lastLook = tools.Seconds + Patience;
        while (true)
        {
            var answer = await tools.Database.Write(
                db => ThrottleStore.TryBegin(db, key, rule, tools.Seconds, tools.Seconds + LongestAttempt),
                cancellation
            );
            if (answer != AttemptAnswer.Undecided || tools.Seconds >= lastLook)
            {
                return answer;
            }
            await Task.Delay(LookAgain, tools.Time, cancellation);
        }
    }

    // Blanks and capitals tell no two logins apart.
    private static string Normal(string text) =>
        string.Concat(text.Where(c => !char.IsWhiteSpace(c))).ToLowerInvariant();
}
