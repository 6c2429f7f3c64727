using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Net;
using System.Net.Http.Json;
using Affluent.Server.Platform;
using Affluent.Server.Storage;
using Affluent.Server.Tests.Harness;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Affluent.Server.Tests.Authorization;

/// <summary>What clients, users and addresses may do, and what comes of more.</summary>
public sealed class LimitTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [OnBothDatabases("sign_in")]
    [OnBothDatabases("widget_session")]
    [OnBothDatabases("queue")]
    [OnBothDatabases("synchronization")]
    [OnBothDatabases("connection")]
    [OnBothDatabases("answer")]
    public async Task A_third_time_in_a_minute_is_refused_where_two_are_allowed(DatabaseKind kind, string action)
    {
        var limited = Word(action);
        await using var app = await Start(kind, limited, new RateLimit(Client: null, User: 2, Address: null));
        var client = await app.CreateClient(redirectUrls: TestApp.ClientOrigin);
        var (user, neighbour) = (await app.CreateUser(client), await app.CreateUser(client));
        // The sign-ins that come before are not what is counted, unless they are.
        using var http = app.WithToken(await app.UserToken(user));
        using var others = app.WithToken(await app.UserToken(neighbour));
        var spent = limited == LimitedAction.SignIn ? 1 : 0;

        for (var i = spent; i < 2; i++)
        {
            Assert.NotEqual(HttpStatusCode.TooManyRequests, (await Do(app, limited, http, user)).StatusCode);
        }
        using var refused = await Do(app, limited, http, user);
        using var other = await Do(app, limited, others, neighbour);

        Assert.Equal(HttpStatusCode.TooManyRequests, refused.StatusCode);
        Assert.Equal("rate_limited", (await refused.Json()).Text("error"));
        Assert.Equal(TimeSpan.FromSeconds(30), refused.Headers.RetryAfter!.Delta);
        Assert.NotEqual(HttpStatusCode.TooManyRequests, other.StatusCode);
        app.Time.Advance(TimeSpan.FromSeconds(30));
        Assert.NotEqual(HttpStatusCode.TooManyRequests, (await Do(app, limited, http, user)).StatusCode);
        Assert.Equal(HttpStatusCode.TooManyRequests, (await Do(app, limited, http, user)).StatusCode);
    }

    [Theory, OnBothDatabases]
    public async Task What_is_refused_is_measured_by_limit_and_by_whose(DatabaseKind kind)
    {
        await using var app = await Start(
            kind,
            LimitedAction.Queue,
            new RateLimit(Client: null, User: 1, Address: null)
        );
        var counted = new ConcurrentBag<string>();
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, listening) =>
            {
                if (instrument.Name == "affluent.limits.refused")
                {
                    listening.EnableMeasurementEvents(instrument);
                }
            },
        };
        listener.SetMeasurementEventCallback<long>(
            (_, count, tags, _) => counted.Add($"{count} {tags[0].Key}={tags[0].Value} {tags[1].Key}={tags[1].Value}")
        );
        using var http = app.WithToken(await app.UserToken(await app.CreateUser(await app.CreateClient())));
        await Queue(http);
        listener.Start();

        await Queue(http);

        // Others may be refused at the same time, in other tests.
        Assert.Contains("1 limit=queue by=user", counted);
    }

    [Theory, OnBothDatabases]
    public async Task All_users_of_a_client_count_for_it_and_another_client_s_do_not(DatabaseKind kind)
    {
        await using var app = await Start(
            kind,
            LimitedAction.Queue,
            new RateLimit(Client: 2, User: null, Address: null)
        );
        var client = await app.CreateClient();
        using var first = app.WithToken(await app.UserToken(await app.CreateUser(client)));
        using var second = app.WithToken(await app.UserToken(await app.CreateUser(client)));
        using var stranger = app.WithToken(await app.UserToken(await app.CreateUser(await app.CreateClient())));

        Assert.Equal(HttpStatusCode.Created, await Queue(first));
        Assert.Equal(HttpStatusCode.Created, await Queue(second));
        Assert.Equal(HttpStatusCode.TooManyRequests, await Queue(second));
        Assert.Equal(HttpStatusCode.Created, await Queue(stranger));
    }

    [Theory]
    [OnBothDatabases("127.0.0.1", true)]
    [OnBothDatabases("192.0.2.1", false)]
    public async Task An_address_is_the_one_that_a_believed_proxy_tells_and_no_other(
        DatabaseKind kind,
        string proxy,
        bool isBelieved
    )
    {
        await using var app = await Start(
            kind,
            LimitedAction.Queue,
            new RateLimit(Client: null, User: null, Address: 1),
            s => s with { Proxies = [System.Net.IPNetwork.Parse(proxy + "/32")] }
        );
        var client = await app.CreateClient();
        using var first = app.WithToken(await app.UserToken(await app.CreateUser(client)));
        using var second = app.WithToken(await app.UserToken(await app.CreateUser(client)));
        first.DefaultRequestHeaders.Add("X-Forwarded-For", "198.51.100.1");
        second.DefaultRequestHeaders.Add("X-Forwarded-For", "198.51.100.2");

        Assert.Equal(HttpStatusCode.Created, await Queue(first));
        Assert.Equal(isBelieved ? HttpStatusCode.Created : HttpStatusCode.TooManyRequests, await Queue(second));
        Assert.Equal(HttpStatusCode.TooManyRequests, await Queue(first));
    }

    [Fact]
    public void Who_has_one_address_of_a_network_of_IPv6_has_all_of_it()
    {
        static string? Key(string address) => Server.Authorization.RequestLimits.Key(IPAddress.Parse(address));

        Assert.Equal(Key("2001:db8:1:2::1"), Key("2001:db8:1:2:ffff::9"));
        Assert.NotEqual(Key("2001:db8:1:2::1"), Key("2001:db8:1:3::1"));
        Assert.Equal("198.51.100.1", Key("::ffff:198.51.100.1"));
        Assert.NotEqual(Key("198.51.100.1"), Key("198.51.100.2"));
    }

    [Theory]
    [InlineData("client=10,user=2,address=5", "user=2,address=5,client=10")]
    [InlineData(" user = 3 ", "user=3")]
    [InlineData("off", "off")]
    [InlineData("", null)]
    [InlineData("user=0", null)]
    [InlineData("user=-1", null)]
    [InlineData("user=1,user=2", null)]
    [InlineData("bank=1", null)]
    [InlineData("user", null)]
    public void A_limit_is_read_as_it_is_shown(string text, string? shown) =>
        Assert.Equal(shown, RateLimit.TryRead(text)?.ToString());

    private static LimitedAction Word(string action) =>
        Vocabulary<LimitedAction>.TryRead(action, out var known)
            ? known
            : throw new ArgumentException("No limited action.", nameof(action));

    private static Task<TestApp> Start(
        DatabaseKind kind,
        LimitedAction action,
        RateLimit limit,
        Func<Settings, Settings>? settings = null
    ) =>
        TestApp.Start(
            kind,
            s =>
                (settings?.Invoke(s) ?? s) with
                {
                    RateLimits = new Dictionary<LimitedAction, RateLimit>(RateLimit.Standard) { [action] = limit },
                },
            builder => builder.Services.AddSingleton(new FakeBank().Banks())
        );

    private static async Task<HttpStatusCode> Queue(HttpClient http)
    {
        using var answer = await http.PostAsync("/api/v2.1/queues", null, Stop);
        return answer.StatusCode;
    }

    private static Task<HttpResponseMessage> Do(TestApp app, LimitedAction action, HttpClient http, TestUser user) =>
        action switch
        {
            LimitedAction.SignIn => app.PostAuth(
                "/auth/token",
                user.Client,
                ("grant_type", "password"),
                ("username", user.Email),
                ("password", user.Password)
            ),
            LimitedAction.WidgetSession => app.PostWidgetSession(
                new
                {
                    access_token = http.DefaultRequestHeaders.Authorization!.Parameter,
                    client_id = user.Client.ClientId,
                    client_secret = user.Client.Secret,
                }
            ),
            LimitedAction.Queue => http.PostAsync("/api/v2.1/queues", null, Stop),
            LimitedAction.WebhookTest => http.PostAsync("/api/v2.1/webhooks/1/test", null, Stop),
            LimitedAction.Synchronization => http.PostAsync("/api/v2.1/connections/synchronize", null, Stop),
            LimitedAction.Connection => http.PostAsJsonAsync(
                "/api/v2.1/connections",
                new { provider_id = FakeBank.ProviderId, redirect_url = TestApp.ClientOrigin },
                Stop
            ),
            LimitedAction.Answer => Answer(http),
        };

    private static async Task<HttpResponseMessage> Answer(HttpClient http)
    {
        var known = await http.Read("/api/v2.1/connections");
        var id = known.GetArrayLength() > 0 ? known[0].Text("id")! : await TestApp.Connect(http, FakeBank.Embedded);
        return await http.PostAsJsonAsync(
            $"/api/v2.1/connections/{id}/user_input",
            new { values = new Dictionary<string, string> { ["otp"] = "123456" } },
            Stop
        );
    }
}
