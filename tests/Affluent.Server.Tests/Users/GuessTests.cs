using System.Net;
using Affluent.Server.Platform;
using Affluent.Server.Tests.Harness;
using Xunit;

namespace Affluent.Server.Tests.Users;

/// <summary>Passwords that somebody tries out, over many names.</summary>
public sealed class GuessTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [OnBothDatabases(true)]
    [OnBothDatabases(false)]
    public async Task Guesses_over_many_names_are_braked_by_client_and_by_address(DatabaseKind kind, bool byClient)
    {
        await using var app = await TestApp.Start(
            kind,
            s =>
                s with
                {
                    WrongPasswords = byClient
                        ? new(Client: 10, null, Address: null)
                        : new(Client: null, null, Address: 10),
                }
        );
        var user = await app.CreateUser(await app.CreateClient());
        var elsewhere = await app.CreateUser(await app.CreateClient());

        for (var i = 0; i < 9; i++)
        {
            Assert.Null(await Guess(app, user, $"name{i}@example.com"));
        }
        // 10 in 900 seconds: one more each 90.
        Assert.Equal(90, await Guess(app, user, "name9@example.com"));
        // Nobody else's name is of any use now, nor is the right password; another client's users are not concerned, if they count apart.
        Assert.Equal(90, await Guess(app, user, "name10@example.com"));
        Assert.Equal(90, await Guess(app, user, user.Email, user.Password));
        Assert.Equal(byClient ? null : 90, await Guess(app, elsewhere, "name@example.com"));
        app.Time.Advance(TimeSpan.FromSeconds(90));
        await app.SignIn(user);
        // A success forgets nothing of what others do.
        Assert.Equal(90, await Guess(app, user, "name11@example.com"));
        app.Time.Advance(TimeSpan.FromSeconds(900));
        Assert.Null(await Guess(app, user, "name12@example.com"));
    }

    [Fact]
    public void A_steady_stream_of_failures_below_the_limit_never_blocks()
    {
        var rule = ThrottleRule.Sprayed(1000);
        var throttle = new Throttle();
        // One a second is less than 1000 in 900 seconds, for a day.
        for (var now = 1_000_000L; now < 1_000_000 + 86_400; now++)
        {
            throttle = throttle.Failed(rule, now);
            Assert.Null(throttle.Wait(now));
        }
    }

    [Fact]
    public void An_attempt_that_turns_out_to_be_none_is_given_back()
    {
        var rule = ThrottleRule.BankLogin;
        var throttle = new Throttle().Failed(rule, 1000).Failed(rule, 1000).Failed(rule, 1000);

        Assert.Equal(60, throttle.Wait(1000));
        Assert.Null(throttle.Pardoned(rule).Wait(1000));
        Assert.Equal(2, throttle.Pardoned(rule).Failures);
        // What others failed at stays.
        Assert.NotNull(throttle.Failed(rule, 1060).Pardoned(rule).Wait(1060));
    }

    /// <summary>The seconds to wait that the answer says; null: none.</summary>
    private static async Task<int?> Guess(TestApp app, TestUser at, string name, string password = "wr0ng-guess")
    {
        using var answer = await app.PostAuth(
            "/auth/token",
            at.Client,
            ("grant_type", "password"),
            ("username", name),
            ("password", password)
        );
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Contains("invalid_grant", await answer.Content.ReadAsStringAsync(Stop), StringComparison.Ordinal);
        return (int?)answer.Headers.RetryAfter?.Delta?.TotalSeconds;
    }
}
