using Affluent.Server.Authorization;
using Affluent.Server.Connections;
using Affluent.Server.Platform;
using Affluent.Server.Storage;
using Affluent.Server.Synchronization;
using Affluent.Server.Users;

namespace Affluent.Server;

/// <summary>Puts the platform together: every feature is one line of services and one line of routes.</summary>
internal static class App
{
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
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls(settings.Listen);
        builder.Services.AddSingleton(settings);
        builder.Services.AddSingleton(database);
        builder.Services.AddSingleton(time);
        builder.Services.AddSingleton(new Vault(masterKey));
        builder.Services.AddSingleton(new Ids(time, node));
        builder.Services.AddAuthorizationServer(settings, masterKey);
        builder.Services.AddUsers();
        builder.Services.AddSynchronization();
        builder.Services.AddConnectionEdits();
        configure?.Invoke(builder);

        var app = builder.Build();
        app.UseAuthorizationServer();
        app.MapUsers();
        app.MapGet("/health", () => TypedResults.Text("ok"));
        return app;
    }
}
