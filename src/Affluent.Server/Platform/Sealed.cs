using Affluent.Connectors.Contract;

namespace Affluent.Server.Platform;

/// <summary>What the vault's sealed values are for; a value opens only under the purpose it was sealed for.</summary>
internal static class Sealed
{
    public static string Credentials(ConnectionId connectionId, ChannelDefinitionId definitionId) =>
        $"credentials:{connectionId}:{definitionId}";

    public static string Session(ConnectionId connectionId, ChannelDefinitionId definitionId) =>
        $"session:{connectionId}:{definitionId}";

    public static string Revocation(ConnectionId connectionId, ChannelDefinitionId definitionId) =>
        $"revocation:{connectionId}:{definitionId}";

    public static string PresentUser(long subjectId) => $"present-user:{Ids.Text(subjectId)}";

    public static string Question(QuestionId questionId) => $"question:{questionId}";

    public static string Departure(QuestionId questionId) => $"departure:{questionId}";

    public static string Authorization(ConnectionId connectionId) => $"authorization:{connectionId}";

    public static string Reading(ConnectionId connectionId, RunId runId, AccountId accountId) =>
        $"reading:{connectionId}:{runId}:{accountId}";

    public static string Answer(QuestionId questionId) => $"answer:{questionId}";
}
