using System.Globalization;
using Affluent.Connectors;
using Affluent.Connectors.Contract;
using Affluent.Server.Connections;
using Affluent.Server.Platform;
using Affluent.Server.Providers;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Xunit;

namespace Affluent.Server.Tests.Harness;

/// <summary>
/// A STET bank on the wire, whose refresh tokens count once: the one before the last ends the consent, as RFC 9700 (section 4.14.2) wants it.
/// </summary>
internal sealed class RotatingBank : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly Lock _lock = new();
    private int _token;

    private RotatingBank(WebApplication app)
    {
        _app = app;
        _app.Run(Answer);
    }

    /// <summary>What happens elsewhere while a token is renewed.</summary>
    public Action Meanwhile { get; set; } = () => { };

    /// <summary>What is waited for after a token is renewed, before its answer is sent.</summary>
    public Func<Task> MeanwhileAsync { get; set; } = () => Task.CompletedTask;

    /// <summary>What is waited for before a token that has been used is refused.</summary>
    public Func<Task> OnLost { get; set; } = () => Task.CompletedTask;

    /// <summary>Comes before the ordinary answer; false lets it through.</summary>
    public Func<HttpContext, Task<bool>>? Instead { get; set; }

    /// <summary>How often a token was renewed.</summary>
    public int Renewals { get; private set; }

    /// <summary>How often a token came that had been used: the consent is lost.</summary>
    public int Lost { get; private set; }

    public static async Task<RotatingBank> Start()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        var bank = new RotatingBank(builder.Build());
        await bank._app.StartAsync(TestContext.Current.CancellationToken);
        return bank;
    }

    /// <summary>The catalogue with this bank in it, under the ids of <see cref="FakeBank"/>.</summary>
    public Banks Banks()
    {
        var provider = new FakeBank().Provider;
        return new(
            [
                provider with
                {
                    Channels =
                    [
                        provider.Channels[0] with
                        {
                            Connector = "stet",
                            Settings = new Dictionary<string, string>
                            {
                                ["authorize_url"] = $"{_app.Urls.First()}/authorize",
                                ["token_url"] = $"{_app.Urls.First()}/token",
                                ["api_url"] = $"{_app.Urls.First()}/psd2/v1",
                                ["client_id"] = "affluent",
                                ["client_secret"] = "bank-secret",
                            },
                        },
                    ],
                },
            ],
            Families.Find
        );
    }

    /// <summary>A connection whose user has been at the bank.</summary>
    public async Task<(HttpClient Http, string Id)> Link(TestApp app)
    {
        var (http, user) = await app.SignedInUser(await app.CreateClient(redirectUrls: "https://app.example"));
        var id = await TestApp.Connect(http, FakeBank.Redirect, "https://app.example/back");
        var connection = id.Id<ConnectionId>();
        var channel = new ChannelDefinitionId(FakeBank.Redirect);
        await app.Database.Write(
            async db =>
            {
                var key = await app.Service<Vault>().OpenKey(db, user.Id);
                var session = key!.Seal("""{ "refresh_token": "r0" }""", Sealed.Session(connection, channel));
                await ChannelStore.Save(
                    db,
                    new ChannelKey(user.Id, connection, channel, 0),
                    new ChannelChange { Session = session }
                );
            },
            TestContext.Current.CancellationToken
        );
        return (http, id);
    }

    /// <summary>Forgets all tokens: another connection may be made.</summary>
    public void Reset()
    {
        lock (_lock)
        {
            _token = 0;
        }
        Instead = null;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task Answer(HttpContext context)
    {
        if (Instead is { } instead && await instead(context))
        {
            return;
        }
        switch (context.Request.Path.Value)
        {
            case "/token":
                var form = await context.Request.ReadFormAsync();
                await Renew(context, form["refresh_token"].ToString());
                break;
            case var path when context.Request.Headers.Authorization != $"Bearer a{Current}":
                context.Response.StatusCode = 401;
                break;
            case "/psd2/v1/accounts":
                await Json(
                    context,
                    """{ "accounts": [ { "resourceId": "A", "accountId": { "iban": "FR7630001007941234567890185", "currency": "EUR" }, "cashAccountType": "CACC", "balances": [ { "balanceType": "CLBD", "balanceAmount": { "amount": "1.00", "currency": "EUR" } } ] } ] }"""
                );
                break;
            default:
                await Json(context, """{ "transactions": [] }""");
                break;
        }
    }

    private string Current
    {
        get
        {
            lock (_lock)
            {
                return _token.ToString(CultureInfo.InvariantCulture);
            }
        }
    }

    private async Task Renew(HttpContext context, string refresh)
    {
        int? renewed = null;
        lock (_lock)
        {
            if (refresh == $"r{_token}")
            {
                renewed = ++_token;
                Renewals++;
            }
            else
            {
                Lost++;
            }
        }
        if (renewed is null)
        {
            await OnLost();
            context.Response.StatusCode = 400;
            await Json(context, """{ "error": "invalid_grant" }""");
            return;
        }
        Meanwhile();
        await MeanwhileAsync();
        // It ends at once: each step renews it.
        await Json(
            context,
            $$"""{ "access_token": "a{{renewed}}", "token_type": "Bearer", "expires_in": 1, "refresh_token": "r{{renewed}}" }"""
        );
    }

    private static Task Json(HttpContext context, string body)
    {
        context.Response.ContentType = "application/json";
        return context.Response.WriteAsync(body);
    }
}
