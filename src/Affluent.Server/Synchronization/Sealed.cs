using Affluent.Server.Platform;

namespace Affluent.Server.Synchronization;

/// <summary>What the vault's sealed values are for; a value opens only under the purpose it was sealed for.</summary>
internal static class Sealed
{
    public static string Credentials(long connectionId, string definitionId) =>
        $"credentials:{Ids.Text(connectionId)}:{definitionId}";

    public static string Session(long connectionId, string definitionId) =>
        $"session:{Ids.Text(connectionId)}:{definitionId}";

    public static string PresentUser(long connectionId) => $"present-user:{Ids.Text(connectionId)}";

    public static string Question(long questionId) => $"question:{Ids.Text(questionId)}";

    public static string Answer(long questionId) => $"answer:{Ids.Text(questionId)}";
}
