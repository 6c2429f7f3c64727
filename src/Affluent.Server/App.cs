using Affluent.Server.Accounts;
using Affluent.Server.Authorization;
using Affluent.Server.Categories;
using Affluent.Server.Certificates;
using Affluent.Server.Connections;
using Affluent.Server.Consents;
using Affluent.Server.Docs;
using Affluent.Server.EnableBankingFacade;
using Affluent.Server.Events;
using Affluent.Server.Gates;
using Affluent.Server.Home;
using Affluent.Server.Jobs;
using Affluent.Server.OpenApi;
using Affluent.Server.Platform;
using Affluent.Server.Providers;
using Affluent.Server.Recordings;
using Affluent.Server.Security;
using Affluent.Server.SignInPages;
using Affluent.Server.SimpleFin;
using Affluent.Server.Storage;
using Affluent.Server.Synchronization;
using Affluent.Server.Transactions;
using Affluent.Server.Upstreams;
using Affluent.Server.Users;
using Affluent.Server.Webhooks;
using Affluent.Server.Widget;
using Microsoft.AspNetCore.HttpOverrides;

namespace Affluent.Server;

/// <summary>Puts the platform together: every feature is one line of services and one line of routes.</summary>
internal static class App
{
    // A bank's answer that comes only once is waited for, and written. Long polls and streams are cut off; their clients come back.
    private static readonly TimeSpan EndWithin = StepStop.Grace + TimeSpan.FromSeconds(1);

    /// <summary>How a user goes: a session is locked before its connection, and the user last.</summary>
    public static UserErasure UserErasure(EndAccess endAccess, TimeProvider time) =>
        new(
            [WidgetStore.LockOf, JobStore.LockOf],
            [TransactionsStore.EraseSome, EventLog.EraseSome],
            endAccess,
            (db, user, client) => EventLog.AppendEnd(db, user, client, time.Seconds())
        );

    /// <summary>Builds the platform over a database that is already migrated.</summary>
    public static WebApplication Build(
        Settings settings,
        Database database,
        MasterKey masterKey,
        int node,
        TimeProvider time,
        Action<WebApplicationBuilder>? configure = null
    )
    {
        // The name "Production" only switches off pages for developers, in a sandbox too.
        var builder = WebApplication.CreateSlimBuilder(
            new WebApplicationOptions
            {
                EnvironmentName = Environments.Production,
                ContentRootPath = AppContext.BaseDirectory,
            }
        );
        // What the platform can be told stands in Settings alone.
        builder.Configuration.Sources.Clear();
        builder.Configuration.AddInMemoryCollection();
        Logs.Configure(builder.Logging, settings);
        builder.AddTelemetry(settings, node);
        Listen(builder, settings);
        builder.Services.AddSingleton(settings);
        builder.Services.AddSingleton<Addresses>();
        builder.Services.AddSingleton(database);
        builder.Services.AddSingleton(time);
        if (time is DatabaseClock clock)
        {
            builder.Services.AddSingleton(clock);
            builder.Services.AddHostedService<DatabaseClockLoop>();
        }
        builder.Services.AddSingleton<DatabaseOutage>();
        builder.Services.AddSingleton<DatabaseProbe>();
        builder.Services.AddSingleton(new Vault(masterKey));
        builder.Services.AddSingleton(new Ids(time, node));
        builder.Services.AddSingleton<UserDatabase>();
        builder.Services.AddHttpContextAccessor();
        builder.Services.AddSingleton<SecurityLog>();
        builder.Services.AddThrottles(masterKey);
        builder.Services.AddAuthorizationServer(settings, masterKey);
        builder.Services.AddUsers(provider => UserErasure(provider.GetRequiredService<BankRevocations>().OfUser, time));
        builder.Services.AddGates();
        builder.Services.AddJobs(settings);
        builder.Services.AddSynchronization(settings);
        builder.Services.AddUpstreams(settings);
        builder.Services.AddCertificates(settings);
        builder.Services.AddRecategorization(settings);
        builder.Services.AddConnectionViews();
        builder.Services.AddApiErrors();
        builder.Services.AddCors();
        builder.Services.AddWidget();
        builder.Services.AddSignInPages(masterKey);
        builder.Services.AddConsents();
        builder.Services.AddRecordings();
        builder.Services.AddEvents(database);
        builder.Services.AddWebhooks(settings);
        builder.Services.AddSimpleFin();
        builder.Services.AddEnableBankingFacade();
        if (settings.Environment == InstallationKind.Home)
        {
            builder.Services.AddHousehold(masterKey);
        }
        builder.Services.AddApiDocument();
        builder.Services.AddPeriodicTasks(settings);
        configure?.Invoke(builder);

        var app = builder.Build();
        if (settings.Proxies.Count > 0)
        {
            app.UseForwardedHeaders(Forwarded(settings));
        }
        app.UseTelemetry();
        if (settings.Environment == InstallationKind.Home)
        {
            app.UseHomeNetwork();
        }
        app.UseResponseHeaders();
        app.UseHeadRequests();
        app.UseOwnHosts(settings);
        app.UseDocsBelowApi();
        app.UseSimpleFinBelowApi();
        app.UseEnableBankingBelowApi();
        app.UseDocsOrigin(settings);
        ApiVersion.Use(app);
        app.UseApiErrors();
        app.UseRouting();
        if (!settings.Runs(Roles.Auth))
        {
            // The authorization server answers before routes do; its part that checks tokens is everybody's.
            app.Map("/auth", auth => auth.Run(Problem.NotFound("resource").ExecuteAsync));
        }
        app.UseAuthorizationServer();
        app.Use(app.Services.GetRequiredService<RefreshOnRead>().Pass);
        app.MapHealth();
        if (settings.Environment == InstallationKind.Home)
        {
            app.MapHousehold(settings);
        }
        else
        {
            app.MapEntrance("/", "");
        }
        if (settings.Runs(Roles.Auth))
        {
            app.MapEntrance("/auth", "reference/authorization");
            app.MapSignInPages();
        }
        if (settings.Runs(Roles.Api))
        {
            app.MapEntrance("/api", "api");
            app.MapEntrance("/api/v2.1", "api");
            app.MapEntrance("/api/v3", "api");
            app.MapUsers();
            app.MapProviders();
            app.MapConnections();
            app.MapAccounts();
            app.MapTransactions();
            app.MapDayBalances();
            app.MapRecurring();
            app.MapCategories();
            app.MapRecategorization();
            app.MapConnectionEdits();
            app.MapRuns();
            app.MapAccountDeletion();
            app.MapQueues();
            app.MapFeed();
            app.MapWebhooks();
            if (settings.SimpleFin)
            {
                app.MapEntrance("/simplefin", "reference/simplefin");
                if (settings.Environment != InstallationKind.Home)
                {
                    app.MapEntrance("/simplefin/create", "how-to/feed-actual-firefly-sure");
                }
                app.MapSimpleFin();
                app.MapSimpleFinAccesses();
            }
            if (settings.EnableBankingFacade)
            {
                app.MapEntrance("/enablebanking", "reference/enable-banking-facade");
                app.MapEnableBankingFacade();
                app.MapFacadePages();
                app.MapFacadeApplications();
                app.MapFacadeSessions();
            }
            app.MapDocs();
            app.MapApiDocument();
        }
        if (settings.Runs(Roles.Embed))
        {
            app.MapEntrance("/embed", "how-to/widget");
            app.MapEntrance("/embed/v2.1", "how-to/widget");
            app.MapWidget();
        }
        return app;
    }

    private static void Listen(WebApplicationBuilder builder, Settings settings)
    {
        builder.WebHost.UseUrls(settings.Listen);
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.AddServerHeader = false);
        if (settings.TlsCertificateFile is { } certificate)
        {
            builder.WebHost.UseKestrelHttpsConfiguration();
            builder.WebHost.ConfigureKestrel(kestrel =>
                kestrel.ConfigureHttpsDefaults(https =>
                    https.ServerCertificate = TlsCertificate.Load(certificate, settings.TlsKeyFile)
                )
            );
        }
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = EndWithin);
    }

    private static ForwardedHeadersOptions Forwarded(Settings settings)
    {
        var options = new ForwardedHeadersOptions
        {
            ForwardedHeaders = ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto,
        };
        options.KnownIPNetworks.Clear();
        options.KnownProxies.Clear();
        foreach (var network in settings.Proxies)
        {
            options.KnownIPNetworks.Add(network);
        }
        return options;
    }
}
