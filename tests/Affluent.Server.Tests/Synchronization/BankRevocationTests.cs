using System.Net;
using System.Text;
using Affluent.Connectors.Contract;
using Affluent.Connectors.Testing;
using Affluent.Server.Connections;
using Affluent.Server.Platform;
using Affluent.Server.Synchronization;
using Affluent.Server.Tests.Harness;
using Affluent.Server.Tests.Security;
using Affluent.Server.Users;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Affluent.Server.Tests.Synchronization;

/// <summary>What a user authorized at a bank ends there, too, when it is deleted here: until it is done, whoever is down meanwhile.</summary>
public sealed class BankRevocationTests
{
    private const string Token = "t0ken-of-the-bank";

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory, OnBothDatabases]
    public async Task A_deleted_connection_is_revoked_when_the_bank_is_back(DatabaseKind kind)
    {
        var (bank, app, http, id) = await Linked(kind);
        await using var _ = app;
        bank.EmbeddedChannel.Instead = Unavailable;

        Assert.Equal(HttpStatusCode.NoContent, await Delete(http, id));

        // Nobody waited for the bank.
        Assert.Empty(Asked(bank));
        Assert.Equal(1, await app.RunDueRevocations());
        Assert.Equal(0, await app.RunDueRevocations());
        app.Time.Advance(TimeSpan.FromMinutes(2));
        Assert.Equal(1, await app.RunDueRevocations());
        Assert.Equal((1, 2), (await app.Revocations(), await app.RevocationAttempts()));
        bank.EmbeddedChannel.Instead = null;
        app.Time.Advance(TimeSpan.FromMinutes(5));
        Assert.Equal(1, await app.RunDueRevocations());
        var context = Asked(bank)[^1];
        Assert.Equal(Token, context.Session);
        Assert.Null(context.User);
        Assert.Empty(context.Credentials);
        Assert.Equal(0, await app.Revocations());
        app.Time.Advance(TimeSpan.FromDays(1));
        Assert.Equal(0, await app.RunDueRevocations());
    }

    [Theory, OnBothDatabases]
    public async Task The_last_account_of_a_channel_takes_the_authorization_along(DatabaseKind kind)
    {
        var (bank, app, http, _) = await Linked(kind);
        await using var __ = app;
        var account = Assert.Single(await http.Accounts()).Text("id");

        using var answer = await http.DeleteAsync($"/api/v2.1/accounts/{account}", Stop);

        answer.EnsureSuccessStatusCode();
        await app.RunDueRevocations();
        Assert.Equal(Token, Assert.Single(Asked(bank)).Session);
    }

    /// <summary>Back from the bank, the user goes no further in the widget.</summary>
    [Theory, OnBothDatabases]
    public async Task A_connection_that_is_dropped_before_it_has_brought_anything_is_revoked(DatabaseKind kind)
    {
        var bank = new FakeBank();
        bank.EmbeddedChannel.Does = (context, _, _) => context.Keep(Token);
        await using var app = await TestApp.StartWith(bank, kind);
        var (http, user) = await app.SignedInUser();
        var id = await TestApp.Connect(http);
        await app.RunDueSynchronizations();

        var isGone = await app.Database.Write(
            db =>
                ConnectionEdits.DeleteUnused(
                    app.WorkOf(db, user),
                    app.Service<BankRevocations>(),
                    id.Id<ConnectionId>()
                ),
            Stop
        );

        Assert.True(isGone);
        await app.RunDueRevocations();
        Assert.Equal(Token, Assert.Single(Asked(bank)).Session);
    }

    [Theory, OnBothDatabases]
    public async Task A_users_key_goes_and_the_revocation_has_one_of_its_own(DatabaseKind kind)
    {
        var (bank, app, http, _) = await Linked(kind);
        await using var __ = app;
        var keys = await app.Count("user_keys");

        using var answer = await http.DeleteAsync("/api/v2.1/users/me", Stop);

        answer.EnsureSuccessStatusCode();
        Assert.Equal(keys - 1, await app.Count("user_keys"));
        Assert.Equal(0, await app.Count("users"));
        var rows = await app.RevocationRows();
        Assert.Contains("bank_revocations", rows, StringComparison.Ordinal);
        Assert.DoesNotContain(Token, rows, StringComparison.Ordinal);
        Assert.DoesNotContain(
            Convert.ToHexString(Encoding.UTF8.GetBytes(Token)),
            rows,
            StringComparison.OrdinalIgnoreCase
        );
        await app.RunDueRevocations();
        Assert.Equal(Token, Assert.Single(Asked(bank)).Session);
        Assert.Equal("", await app.RevocationRows());
    }

    [Theory, OnBothDatabases]
    public async Task A_clients_users_are_revoked_with_it(DatabaseKind kind)
    {
        var (bank, app, _, _) = await Linked(kind);
        await using var __ = app;
        var client = Assert.Single(await app.Database.Read(Server.Authorization.ClientStore.List, Stop));

        await new ClientErasure(
            app.Database,
            app.Service<UserErasure>(),
            app.Service<Server.Authorization.Revocations>()
        ).Erase(client.ClientId, (_, _, _) => Task.CompletedTask, Stop);

        Assert.Equal(0, await app.Count("clients"));
        await app.RunDueRevocations();
        Assert.Equal(Token, Assert.Single(Asked(bank)).Session);
    }

    /// <summary>A node dies after it has taken one, or after the bank has answered.</summary>
    [Theory]
    [OnBothDatabases(1)]
    [OnBothDatabases(2)]
    public async Task A_node_that_dies_leaves_it_to_another(DatabaseKind kind, int diesAt)
    {
        var (bank, app, http, id) = await Linked(kind);
        await using var _ = app;
        await Delete(http, id);
        var dying = new HookedDatabase(app.Database) { DiesAt = diesAt, DiesAfterCommit = diesAt == 1 };

        await Assert.ThrowsAsync<HookedDatabase.Death>(() => app.RevokerOver(dying).RunDue(Stop));

        Assert.Equal(diesAt - 1, Asked(bank).Count);
        Assert.Equal(0, await app.RunDueRevocations());
        app.Time.Advance(BankRevoker.Lease);
        Assert.Equal(1, await app.RunDueRevocations());
        Assert.Equal(diesAt, Asked(bank).Count);
        Assert.Equal(0, await app.Revocations());
    }

    [Theory, OnBothDatabases]
    public async Task Two_nodes_are_never_at_one(DatabaseKind kind)
    {
        var (bank, app, http, id) = await Linked(kind);
        await using var _ = app;
        await Delete(http, id);
        var others = -1;
        bank.EmbeddedChannel.Meanwhile = async _ => others = await app.RevokerOver(app.Database).RunDue(Stop);

        await app.RunDueRevocations();

        Assert.Equal(0, others);
        Assert.Single(Asked(bank));
    }

    [Theory, OnBothDatabases]
    public async Task A_node_that_stops_gives_it_back_at_once(DatabaseKind kind)
    {
        var (bank, app, http, id) = await Linked(kind);
        await using var _ = app;
        await Delete(http, id);
        using var stopping = new CancellationTokenSource();
        bank.EmbeddedChannel.Does = async (_, _, cancellation) =>
        {
            await stopping.CancelAsync();
            cancellation.ThrowIfCancellationRequested();
        };

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() =>
            app.RevokerOver(app.Database).RunDue(stopping.Token)
        );

        bank.EmbeddedChannel.Does = null;
        Assert.Equal(1, await app.RunDueRevocations());
        Assert.Equal(0, await app.Revocations());
    }

    [Theory, OnBothDatabases]
    public async Task What_another_connection_uses_ends_with_the_last(DatabaseKind kind)
    {
        var (bank, app, http, first) = await Linked(kind);
        await using var _ = app;
        var second = await TestApp.Connect(http);
        await app.RunDueSynchronizations();

        await Delete(http, first);
        await app.RunDueRevocations();
        Assert.Empty(Asked(bank));
        Assert.Equal("SUCCESS", await http.StatusOf(second));
        await Delete(http, second);
        await app.RunDueRevocations();

        Assert.Single(Asked(bank));
    }

    [Theory, OnBothDatabases]
    public async Task Two_connections_of_one_authorization_are_revoked_once_with_their_user(DatabaseKind kind)
    {
        var (bank, app, http, _) = await Linked(kind);
        await using var __ = app;
        await TestApp.Connect(http);
        await app.RunDueSynchronizations();

        using var answer = await http.DeleteAsync("/api/v2.1/users/me", Stop);

        answer.EnsureSuccessStatusCode();
        await app.RunDueRevocations();
        Assert.Single(Asked(bank));
    }

    /// <summary>The bank renews the token at the very moment: the one that was stored ends nothing any more.</summary>
    [Theory]
    [OnBothDatabases("connection")]
    [OnBothDatabases("user")]
    [OnBothDatabases("channel")]
    public async Task A_token_that_comes_during_the_deletion_is_revoked_too(DatabaseKind kind, string what)
    {
        var (bank, app, http, id) = await Linked(kind);
        await using var _ = app;
        var owner = await app.Database.Read(db => ConnectionsStore.OwnerOf(db, id.Id<ConnectionId>()), Stop);
        await RunTests.Synchronize(http, id);
        bank.EmbeddedChannel.Does = async (context, input, _) =>
        {
            if (input is StepInput.ListAccounts)
            {
                await Gone();
                await context.Keep("renewed-meanwhile");
            }
        };
        await app.RunDueSynchronizations();
        bank.EmbeddedChannel.Does = null;

        await app.RunDueRevocations();

        Assert.Contains("renewed-meanwhile", Asked(bank).Select(context => context.Session));
        Assert.Equal(0, await app.Revocations());

        async Task Gone()
        {
            if (what == "channel")
            {
                await app.Database.Write(
                    db =>
                        ChannelStore.Delete(
                            db,
                            owner!.Value,
                            id.Id<ConnectionId>(),
                            new ChannelDefinitionId(FakeBank.Embedded)
                        ),
                    Stop
                );
                return;
            }
            using var answer = await http.DeleteAsync(
                what == "user" ? "/api/v2.1/users/me" : $"/api/v2.1/connections/{id}",
                Stop
            );
            answer.EnsureSuccessStatusCode();
        }
    }

    /// <summary>What the bank gives once is written before the step goes on, and a node that dies then leaves it to the next.</summary>
    [Theory]
    [OnBothDatabases(false)]
    [OnBothDatabases(true)]
    public async Task A_token_that_is_renewed_on_the_way_is_not_lost(DatabaseKind kind, bool dies)
    {
        var (bank, app, http, id) = await Linked(kind);
        await using var _ = app;
        await Delete(http, id);
        bank.EmbeddedChannel.Does = (context, _, _) => context.Keep("renewed");
        bank.EmbeddedChannel.Instead = Unavailable;
        var node = new HookedDatabase(app.Database) { DiesAt = dies ? 3 : null };
        try
        {
            await app.RevokerOver(node).RunDue(Stop);
        }
        catch (HookedDatabase.Death)
        {
            Assert.True(dies);
        }
        bank.EmbeddedChannel.Does = null;
        bank.EmbeddedChannel.Instead = null;
        app.Time.Advance(BankRevoker.Lease);

        await app.RunDueRevocations();

        Assert.Equal([Token, "renewed"], Asked(bank).Select(context => context.Session));
        Assert.Equal(0, await app.Revocations());
    }

    [Theory, OnBothDatabases]
    public async Task A_bank_that_does_not_answer_is_left_alone_by_all_that_wait_for_it(DatabaseKind kind)
    {
        var (bank, app, http, id) = await Linked(kind);
        await using var _ = app;
        bank.EmbeddedChannel.Instead = Unavailable;
        await Delete(http, id);
        Assert.Equal(1, await app.RunDueRevocations());
        // Others come while it is known to be away, and are tried once; then all wait.
        bank.EmbeddedChannel.Instead = (context, input) =>
            input is StepInput.Revoke
                ? new StepResult.Later(app.Time.GetUtcNow().AddHours(1), LaterReason.RateLimited)
                {
                    Session = context.Session,
                    IsNamed = true,
                }
                : null;
        bank.EmbeddedChannel.Does = (context, input, _) =>
            input is StepInput.ListAccounts ? context.Keep("another") : Task.CompletedTask;
        var second = await TestApp.Connect(http);
        await app.RunDueSynchronizations();
        await Delete(http, second);
        Assert.Equal(1, await app.RunDueRevocations());

        app.Time.Advance(TimeSpan.FromMinutes(59));
        Assert.Equal(0, await app.RunDueRevocations());
        app.Time.Advance(TimeSpan.FromMinutes(2));
        bank.EmbeddedChannel.Instead = null;
        Assert.Equal(2, await app.RunDueRevocations());
        Assert.Equal(0, await app.Revocations());
    }

    [Theory, OnBothDatabases]
    public async Task A_bank_that_is_closed_is_not_asked_and_no_attempt_is_counted(DatabaseKind kind)
    {
        var bank = new FakeBank();
        var opens = new DateTimeOffset(2026, 3, 2, 12, 0, 0, TimeSpan.Zero);
        bank.Provider = bank.Provider with { Maintenance = [new(opens.AddHours(-3), opens)] };
        var (_, app, http, id) = await Linked(kind, bank);
        await using var __ = app;
        app.Time.Advance(TimeSpan.FromHours(2));

        await Delete(http, id);
        await app.RunDueRevocations();

        Assert.Empty(Asked(bank));
        Assert.Equal(0, await app.RevocationAttempts());
        app.Time.SetUtcNow(opens);
        await app.RunDueRevocations();
        Assert.Single(Asked(bank));
    }

    [Theory, OnBothDatabases]
    public async Task After_a_month_the_token_is_destroyed_and_the_auditor_reads_of_it(DatabaseKind kind)
    {
        var log = new RecordedEvents();
        var (bank, app, http, id) = await Linked(kind, log: log);
        await using var _ = app;
        bank.EmbeddedChannel.Instead = (_, input) =>
            input is StepInput.Revoke ? Bank.Refused(Refusal.OperatorFault) : null;
        await Delete(http, id);
        await app.RunDueRevocations();

        app.Time.Advance(BankRevocation.LongestLife - TimeSpan.FromMinutes(1));
        await app.RunDueRevocations();
        Assert.Equal(1, await app.Revocations());
        app.Time.Advance(TimeSpan.FromMinutes(1));
        await app.RunDueRevocations();

        Assert.Equal("", await app.RevocationRows());
        var left = log.Only("bank_access_left");
        Assert.Equal(id, left.Ids["connection_id"]);
        Assert.Equal("given_up", left.Values["Why"]);
        Assert.DoesNotContain(Token, left.Whole, StringComparison.Ordinal);
    }

    [Theory, OnBothDatabases]
    public async Task A_bank_that_offers_no_way_has_nothing_kept(DatabaseKind kind)
    {
        var (bank, app, http, id) = await Linked(kind);
        await using var _ = app;
        bank.EmbeddedChannel.IsRevocable = false;

        await Delete(http, id);

        Assert.Equal(0, await app.Revocations());
    }

    [Theory, OnBothDatabases]
    public async Task The_operator_sees_what_waits_and_the_auditor_what_is_done(DatabaseKind kind)
    {
        var log = new RecordedEvents();
        var (_, app, http, id) = await Linked(kind, log: log);
        await using var __ = app;
        await Delete(http, id);
        var waiting = Assert.Single(await app.Database.Read(BankRevocationStore.Waiting, Stop));
        Assert.Equal(
            (FakeBank.Embedded, 1, app.Time.Seconds()),
            (waiting.DefinitionId.Value, waiting.Count, waiting.OldestAskedAt)
        );

        await app.RunDueRevocations();

        Assert.Equal(id, log.Only("bank_access_ended").Ids["connection_id"]);
        Assert.Empty(await app.Database.Read(BankRevocationStore.Waiting, Stop));
    }

    private static IReadOnlyList<StepContext> Asked(FakeBank bank) =>
        [.. bank.EmbeddedChannel.Steps.Where(step => step.Input is StepInput.Revoke).Select(step => step.Context)];

    private static StepResult.Later? Unavailable(StepContext context, StepInput input) =>
        input is StepInput.Revoke
            ? new StepResult.Later(context.Now, LaterReason.BankUnavailable) { Session = context.Session }
            : null;

    private static async Task<HttpStatusCode> Delete(HttpClient http, string id)
    {
        using var answer = await http.DeleteAsync($"/api/v2.1/connections/{id}", Stop);
        return answer.StatusCode;
    }

    /// <summary>A connection whose connector keeps the bank's token.</summary>
    private static async Task<(FakeBank Bank, TestApp App, HttpClient Http, string Id)> Linked(
        DatabaseKind kind,
        FakeBank? bank = null,
        RecordedEvents? log = null
    )
    {
        bank ??= new FakeBank();
        bank.EmbeddedChannel.With(Bank.Account("111"));
        bank.EmbeddedChannel.Does = (context, input, _) =>
            input is StepInput.ListAccounts ? context.Keep(Token) : Task.CompletedTask;
        var app = await TestApp.Start(
            kind,
            configure: builder =>
            {
                log?.AddTo(builder);
                builder.Services.AddSingleton(bank.Banks());
            }
        );
        var (http, _) = await app.SignedInUser();
        var id = await TestApp.Connect(http);
        await app.RunDueSynchronizations();
        Assert.Equal("SUCCESS", await http.StatusOf(id));
        return (bank, app, http, id);
    }
}
