using Affluent.Connectors.Contract;
using Affluent.Server.Connections;
using Affluent.Server.Tests.Harness;
using Xunit;

namespace Affluent.Server.Tests.Connections;

/// <summary>Warnings before an authorization at a bank ends.</summary>
public sealed class ExpiringConsentTests
{
    private static readonly ChannelDefinitionId Redirect = new("50101");

    [Theory, OnBothDatabases]
    public async Task It_is_told_14_7_and_1_days_before_once_each(DatabaseKind kind)
    {
        await using var app = await TestApp.StartWithBanks(kind);
        var connection = await Linked(app, daysLeft: 20);

        for (var hour = 0; hour < 20 * 24; hour += 6)
        {
            await app.RunDuePeriodicTasks();
            app.Time.Advance(TimeSpan.FromHours(6));
        }

        Assert.Equal(
            ["within_14_days", "within_7_days", "within_1_day"],
            await app.EventReasons(connection.Id.ToString())
        );
        Assert.Equal(
            ["CONSENT_EXPIRING", "CONSENT_EXPIRING", "CONSENT_EXPIRING"],
            await app.EventNames(connection.Id.ToString())
        );
    }

    [Theory, OnBothDatabases]
    public async Task What_is_first_seen_late_is_told_once_and_nothing_that_is_over(DatabaseKind kind)
    {
        await using var app = await TestApp.StartWithBanks(kind);
        var late = await Linked(app, daysLeft: 3);
        var over = await Linked(app, daysLeft: -1);
        var withdrawn = await Linked(app, daysLeft: 3, ChannelStatus.TokenExpired);

        await app.RunDuePeriodicTasks();

        Assert.Equal(["within_7_days"], await app.EventReasons(late.Id.ToString()));
        Assert.Empty(await app.EventReasons(over.Id.ToString()));
        Assert.Empty(await app.EventReasons(withdrawn.Id.ToString()));
    }

    private static async Task<TestConnection> Linked(
        TestApp app,
        int daysLeft,
        ChannelStatus status = ChannelStatus.Success
    )
    {
        var (_, user) = await app.SignedInUser();
        var connection = await app.StoreConnection(user);
        await app.StoreChannel(
            new TestChannel
            {
                UserId = user.Id,
                ConnectionId = connection.Id,
                DefinitionId = Redirect,
                Mode = ChannelMode.Redirect,
                Status = status,
                ExpiresAt = app.Time.GetUtcNow().AddDays(daysLeft).AddMinutes(1).ToUnixTimeSeconds(),
            }
        );
        return connection;
    }
}
