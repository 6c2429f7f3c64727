using Affluent.Server.Platform;
using Affluent.Server.Tests.Harness;
using Xunit;

namespace Affluent.Server.Tests.Platform;

/// <summary>Attempts that are counted before their outcome is known.</summary>
public sealed class ThrottleTests
{
    private const long Now = 1_772_438_400;

    private static ThrottleRule.Growing Rule => ThrottleRule.BankLogin;

    [Theory, OnBothDatabases]
    public async Task An_attempt_is_counted_while_others_of_the_same_login_succeed(DatabaseKind kind)
    {
        await using var database = await TestDatabase.Create(kind);
        var key = new ThrottleKey(ThrottleKind.BankLogin, "login");

        await Task.WhenAll(Begin(), Begin(), Succeed());

        async Task Begin()
        {
            for (var attempt = 0; attempt < 100; attempt++)
            {
                var counted = await database.Database.Write(
                    async db =>
                    {
                        await ThrottleStore.TryBegin(db, key, Rule, Now, Now + 180);
                        return await ThrottleStore.Find(db, key);
                    },
                    TestContext.Current.CancellationToken
                );
                Assert.NotEqual(0, counted.Failures);
            }
        }

        async Task Succeed()
        {
            for (var attempt = 0; attempt < 200; attempt++)
            {
                await database.Database.Write(
                    db => ThrottleStore.Forget(db, key),
                    TestContext.Current.CancellationToken
                );
            }
        }
    }

    [Fact]
    public void Whoever_comes_while_others_are_under_way_is_asked_to_wait_and_not_refused()
    {
        var three = Begin(3);

        Assert.NotNull(three.Wait(Now));
        Assert.True(three.IsUndecided(Now));
        Assert.False(three.IsUndecided(Now + 180));
    }

    [Fact]
    public void Once_all_have_failed_nothing_is_left_to_wait_for()
    {
        var failed = Begin(3).Confirmed().Confirmed().Confirmed();

        Assert.Equal(60, failed.Wait(Now));
        Assert.False(failed.IsUndecided(Now));
        Assert.Equal(0, failed.Confirmed().Pending);
    }

    [Fact]
    public void One_that_says_nothing_about_the_password_makes_room_for_another()
    {
        var pardoned = Begin(3).Pardoned(Rule);

        Assert.Null(pardoned.Wait(Now));
        Assert.Equal((2, 2), (pardoned.Failures, pardoned.Pending));
    }

    [Fact]
    public void A_further_failure_keeps_what_is_under_way()
    {
        var later = Begin(2).Failed(Rule, Now + 1);

        Assert.Equal((3, 2), (later.Failures, later.Pending));
    }

    private static Throttle Begin(int times) =>
        Enumerable.Range(0, times).Aggregate(new Throttle(), (throttle, _) => throttle.Begun(Rule, Now, Now + 180));
}
