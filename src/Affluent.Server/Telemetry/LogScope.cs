namespace Affluent.Server.Telemetry;

/// <summary>
/// Where a line of the log was written, by ids. Only scopes of this type are shown: those of the framework hold addresses of requests.
/// Inner scopes add to outer ones.
/// </summary>
internal sealed record LogScope
{
    public string? RequestId { get; init; }

    public string? JobId { get; init; }

    public string? ConnectionId { get; init; }

    public string? RunId { get; init; }

    public string? ClientId { get; init; }

    public string? UserId { get; init; }

    /// <summary>Where a request came from.</summary>
    public string? Address { get; init; }

    /// <summary>The ids that are known, each with its name.</summary>
    public IEnumerable<(string Name, string Id)> Known()
    {
        (string, string?)[] all =
        [
            ("request_id", RequestId),
            ("job_id", JobId),
            ("connection_id", ConnectionId),
            ("run_id", RunId),
            ("client_id", ClientId),
            ("user_id", UserId),
            ("address", Address),
        ];
        foreach (var (name, id) in all)
        {
            if (id is not null)
            {
                yield return (name, id);
            }
        }
    }
}
