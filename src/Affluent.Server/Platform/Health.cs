using System.Data.Common;
using Affluent.Server.Storage;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Affluent.Server.Platform;

/// <summary>What a load balancer or an operator asks: is the process alive, and can it work.</summary>
internal static partial class Health
{
    public static void MapHealth(this WebApplication app)
    {
        app.MapGet("/health", () => TypedResults.Text($"ok\nAffluent {ProgramVersion.Text}\n"))
            .ExcludeFromDescription();
        app.MapGet("/health/ready", Ready).ExcludeFromDescription();
    }

    /// <summary>200 when the database answers and is in the form that this version needs, else 503 with the reason.</summary>
    private static async Task<IResult> Ready(Database database, ILogger<Database> log, CancellationToken cancellation)
    {
        try
        {
            var version = await database.Read(Migrator.VersionOf, cancellation);
            return version == Migrator.Latest
                ? TypedResults.Text("ready\n")
                : NotReady($"database at version {version}, this program needs {Migrator.Latest}");
        }
        catch (DbException e)
        {
            LogUnreachable(log, e);
            return NotReady("database unreachable");
        }
    }

    private static ContentHttpResult NotReady(string why) => TypedResults.Text($"not ready: {why}\n", statusCode: 503);

    [LoggerMessage(1101, LogLevel.Warning, "The database does not answer")]
    private static partial void LogUnreachable(ILogger log, Exception exception);
}
