using System.Reflection;
using Affluent.Fuzz.Tests.Inventory;
using Affluent.Fuzz.Tests.Targets;

namespace Affluent.Fuzz.Tests;

/// <summary>No parser without a target.</summary>
public sealed class InventoryTests
{
    /// <summary>Parsers that no target reaches, each with the reason; a name stands for all below it.</summary>
    private static readonly Dictionary<string, string> Exempt = new(StringComparer.Ordinal)
    {
        ["Affluent.Server.Authorization.Access.Bearer"] = "Takes part in a request as a whole: http-server",
        ["Affluent.Server.Authorization.TokenManager"] = "Takes part in a request as a whole: http-server",
        ["Affluent.Server.Authorization.TokenRequests.GoOn"] = "Takes part in a request as a whole: http-server",
        ["Affluent.Server.Authorization.TokenRequests.UseUp"] = "Takes part in a request as a whole: http-server",
        ["Affluent.Server.Categories.CategoriesEndpoints.Speaks"] = "Takes part in a request as a whole: http-server",
        ["Affluent.Server.Connections.ConnectionEditEndpoints.Create"] =
            "Takes part in a request as a whole: http-server",
        ["Affluent.Server.SignInPages"] = "Takes part in a request as a whole: http-server",
        ["Affluent.Server.EnableBankingFacade.FacadeGate"] = "Takes part in a request as a whole: http-server",
        ["Affluent.Server.EnableBankingFacade.FacadePages"] = "Takes part in a request as a whole: http-server",
        ["Affluent.Server.Widget.BankRedirects.Return"] = "Takes part in a request as a whole: http-server",
        ["Affluent.Server.Widget.DepartureCookie.Give"] = "Takes part in a request as a whole: http-server",
        ["Affluent.Server.Widget.ReturnCookie.Give"] = "Takes part in a request as a whole: http-server",
        ["Affluent.Server.Events.EventStream.IsAsked"] = "Takes part in a request as a whole: http-server",
        ["Affluent.Server.Platform.OwnHosts.Names"] = "Takes part in a request as a whole: http-server",
        ["Affluent.TestBank.Authorization.AuthorizationPages.Submit"] =
            "Takes part in a request as a whole: http-testbank",
        ["Affluent.TestBank.BerlinGroup.BerlinGroupRequests"] = "Takes part in a request as a whole: http-testbank",
        ["Affluent.TestBank.BerlinGroup.BerlinGroupProblem"] = "Takes part in a request as a whole: http-testbank",
        ["Affluent.TestBank.Imitation"] = "Takes part in a request as a whole: http-testbank",
        ["Affluent.TestBank.OpenBankingUk.OpenBankingEndpoints"] = "Takes part in a request as a whole: http-testbank",
        ["Affluent.TestBank.OpenBankingUk.OpenBankingRequests"] = "Takes part in a request as a whole: http-testbank",
        ["Affluent.TestBank.Authorization.BankKey.Open"] =
            "Reads only what this program wrote itself, under its own key or in its own database",
        ["Affluent.TestBank.PublicKeys.IsOf"] = "The runtime reads the certificate",
        ["Affluent.TestBank.Stet.StetEndpoints"] = "Takes part in a request as a whole: http-testbank",
        ["Affluent.TestBank.Authorization.ClientRequests"] = "Takes part in a request as a whole: http-testbank",
        ["Affluent.TestBank.Website.WebsiteEndpoints"] = "Takes part in a request as a whole: http-testbank",
        ["Affluent.TestBank.Website.WebsiteSession"] = "Takes part in a request as a whole: http-testbank",
        ["Affluent.Server.Platform.Vault.OpenAlone"] = "Two envelopes in one another: vault-envelope",
        ["Affluent.Connectors.Catalogue.Load"] = "Only opens the files: their readers are targets",
        ["Affluent.Server.Certificates.SealKeys.Elsewhere"] = "Hands on a signature as its own signer gives it",
        ["Affluent.Server.Platform.OperatorCertificate.Load"] =
            "Only opens the files: the runtime reads PEM and PKCS#12",
        ["Affluent.Server.Synchronization.BankKeys.OnlyBy"] = "The runtime reads PEM, and the catalogue has checked it",
        ["Affluent.Server.Synchronization.BankKeys.LoadRsa"] = "Only opens the file: the runtime reads PEM",
        ["Affluent.Server.Platform.TlsCertificate"] = "Only opens the files: the runtime reads PEM",
        ["Affluent.TestBank.Scenarios.ScenarioFiles"] = "Only opens the files: their readers are targets",
        ["Affluent.Server.Accounts.AccountBalances"] =
            "Reads only what this program wrote itself, under its own key or in its own database",
        ["Affluent.Server.Accounts.AccountCandidates"] =
            "Reads only what this program wrote itself, under its own key or in its own database",
        ["Affluent.Server.Categories.CategoryRuleRow.Read"] =
            "Reads only what this program wrote itself, under its own key or in its own database",
        ["Affluent.Server.Transactions.CandidateList"] =
            "Reads only what this program wrote itself, under its own key or in its own database",
        ["Affluent.Ledger.Recording.ReadReading"] =
            "Reads only what this program wrote itself, under its own key or in its own database",
        ["Affluent.Server.Connections.AccessBudget.Of"] =
            "Reads only what this program wrote itself, under its own key or in its own database",
        ["Affluent.Server.Jobs.ConnectionJobs.Attending"] =
            "Reads only what this program wrote itself, under its own key or in its own database",
        ["Affluent.Server.Jobs.Departure.Open"] =
            "Reads only what this program wrote itself, under its own key or in its own database",
        ["Affluent.Server.Connections.WrittenChanges.Of"] =
            "Reads only what this program wrote itself, under its own key or in its own database",
        ["Affluent.Server.Connections.RunContent.Read"] =
            "Reads only what this program wrote itself, under its own key or in its own database",
        ["Affluent.Server.Synchronization.SentAgainOnce.WatchedStream"] =
            "Hands bytes on as they come: who reads them is a target",
        ["Affluent.Server.Synchronization.SynchronizationServices.Callback"] =
            "Reads only what this program wrote itself, under its own key or in its own database",
        ["Affluent.Server.Webhooks.WebhookCheck"] = "The runtime reads addresses; types are words of a list",
        ["Affluent.Server.Webhooks.WebhookSender.Beginning"] = "Cuts off bytes as they come: nobody reads them",
        ["Affluent.Server.Webhooks.WebhookEndpoints.Test"] =
            "Reads only what this program wrote itself, under its own key or in its own database",
        ["Affluent.Server.Webhooks.WebhookSecrets.Open"] =
            "Reads only what this program wrote itself, under its own key or in its own database",
        ["Affluent.Server.Home.HouseholdEndpoints.OtherNameOfThisMachine"] =
            "Reads its own address only, as the settings gave it",
        ["Affluent.Server.Home.HouseholdEndpoints.OtherAddress"] =
            "Reads its own address only, as the settings gave it",
        ["Affluent.Server.Home.StartPage.OpenWidget"] = "Reads its own address only, as the settings gave it",
        ["Affluent.Server.Webhooks.WebhookTurn"] =
            "Reads only what this program wrote itself, under its own key or in its own database",
        ["Affluent.Server.Widget.WidgetStore.Read"] =
            "Reads only what this program wrote itself, under its own key or in its own database",
        ["Affluent.TestBank.Consents.ConsentBook"] =
            "Reads only what this program wrote itself, under its own key or in its own database",
        ["Affluent.Server.Docs"] = "Reads only what ships with the program: its statements, pages and types",
        ["Affluent.Server.OpenApi"] = "Reads only what ships with the program: its statements, pages and types",
        ["Affluent.Server.Upstreams.ListedProviders..cctor"] =
            "Reads only what ships with the program: its statements, pages and types",
        ["Microsoft.AspNetCore.OpenApi.Generated"] =
            "Reads only what ships with the program: its statements, pages and types",
        ["Affluent.Server.Storage.PostgresDatabase.ReplaceTokens"] =
            "Reads only what ships with the program: its statements, pages and types",
        ["Affluent.Server.Storage.SqliteDatabase.ReplaceTokens"] =
            "Reads only what ships with the program: its statements, pages and types",
        ["Affluent.Connectors.OAuth.BankRegistration"] =
            "Serves the person at the keyboard: entries are checked, and the bank's JSON is read as any (reading-json)",
        ["Affluent.Connectors.BankProbe.Addresses"] = "Takes settings that are checked already",
        ["Affluent.Server.Authorization.AuthorizationServer"] = "Takes settings that are checked already",
        ["Affluent.Server.Storage.Database.Open"] = "Takes settings that are checked already",
        ["Affluent.Server.Storage.SqliteDatabase.Look"] = "Takes settings that are checked already",
        ["Affluent.TestBank.TestBankApp.Address"] = "Takes settings that are checked already",
        ["Affluent.Server.Commands"] = "Serves the person at the keyboard",
        ["Affluent.Server.Telemetry.JsonLogFormatter"] =
            "Writes the log; what it is given may hold anything: LogFormatterTests",
        ["Affluent.Connectors.Testing"] = "Tests connectors, in tests alone",
    };

    private static readonly Assembly[] Product = [.. Instrumentation.Products.Select(Assembly.Load)];

    private static readonly CallGraph Calls = new([.. Product, typeof(AllTargets).Assembly]);

    // Over HTTP everything is reached somehow: that does not count.
    private static readonly FuzzTarget[] Targets =
    [
        .. AllTargets.List.Where(t => !t.Name.StartsWith("http-", StringComparison.Ordinal)),
    ];

    [Fact]
    public void Every_parser_is_reached_by_a_target_or_has_a_reason_not_to_be()
    {
        var open = NotReached(Targets).Where(name => !Exempt.Keys.Any(exempt => Covers(exempt, name))).ToArray();

        Assert.True(open.Length == 0, string.Join('\n', open));
    }

    [Fact]
    public void No_reason_is_given_for_what_is_reached_or_gone()
    {
        var names = NotReached(Targets);

        Assert.Equal([], Exempt.Keys.Where(exempt => !names.Any(name => Covers(exempt, name))));
    }

    [Fact]
    public void A_parser_without_a_target_is_noticed()
    {
        const string Parser = "Affluent.Server.Widget.CssColor.TryRead";

        Assert.DoesNotContain(Parser, NotReached(Targets));
        Assert.Contains(
            Parser,
            NotReached(Targets.Where(t => !t.Name.StartsWith("widget-", StringComparison.Ordinal)))
        );
        Assert.Contains("Affluent.Connectors.Reading.Amounts.Read", NotReached([]));
    }

    private static string[] NotReached(IEnumerable<FuzzTarget> targets)
    {
        var reached = Calls.ReachedFrom(targets.Select(target => target.Root.Method));
        return
        [
            .. Product
                .SelectMany(CallGraph.MethodsOf)
                .Where(method => !reached.Contains(method) && Parsers.IsParser(method, Calls.UsesOf(method)))
                .Select(Parsers.NameOf)
                .Distinct()
                .Order(StringComparer.Ordinal),
        ];
    }

    private static bool Covers(string exempt, string name) =>
        name == exempt || name.StartsWith($"{exempt}.", StringComparison.Ordinal);
}
