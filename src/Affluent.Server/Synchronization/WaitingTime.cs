using Affluent.Connectors.Contract;

namespace Affluent.Server.Synchronization;

/// <summary>How long a question waits, in seconds. Pure.</summary>
internal static class WaitingTime
{
    /// <summary>For the user, when the bank sets no shorter time.</summary>
    public static long Patience(Question question) =>
        question is Question.OneTimePassword or Question.AppApproval or Question.Choice ? 600 : 1800;

    /// <summary>Until the bank is asked again whether the user has approved.</summary>
    public static long PollSeconds(Question.AppApproval app) => (long)Math.Clamp(app.PollEvery.TotalSeconds, 1, 60);
}
