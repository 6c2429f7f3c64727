namespace Affluent.Server.Platform;

/// <summary>Of a route: it shows a user's accounts or transactions.</summary>
internal sealed record ShowsBankData
{
    public static readonly ShowsBankData Marked = new();
}
