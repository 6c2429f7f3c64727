namespace Affluent.Server.Platform;

/// <summary>What a load balancer or an operator asks: is the process alive, and can it work.</summary>
internal static class Health
{
    public static void MapHealth(this WebApplication app)
    {
        app.MapGet("/health", () => TypedResults.Text($"ok\nAffluent {ProgramVersion.Text}\n"))
            .ExcludeFromDescription();
        app.MapGet("/health/ready", Ready).ExcludeFromDescription();
    }

    /// <summary>
    /// 200 when the database takes a transaction and is in the form that this version needs, else 503 with the reason. Lines after the first are what an
    /// operator should see to soon.
    /// </summary>
    private static async Task<IResult> Ready(
        DatabaseProbe probe,
        IEnumerable<HealthNotes> notes,
        CancellationToken cancellation
    ) =>
        await probe.Trouble(cancellation) is { } trouble
            ? TypedResults.Text($"not ready: {trouble}\n", statusCode: 503)
            : TypedResults.Text(
                string.Concat(notes.SelectMany(n => n.Lines()).Prepend("ready").Select(line => $"{line}\n"))
            );
}

/// <summary>What a feature has an operator see to soon, a line each.</summary>
internal sealed record HealthNotes(Func<IEnumerable<string>> Lines);
