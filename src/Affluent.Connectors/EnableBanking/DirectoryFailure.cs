using System.Globalization;
using Affluent.Connectors.Contract;

namespace Affluent.Connectors.EnableBanking;

/// <summary>Why a question about application and banks has no answer, with what to do about it. Pure.</summary>
internal static class DirectoryFailure
{
    public static ProbedResult.Failed Of(EnableBankingAnswer.Ended ended)
    {
        var status = string.Create(CultureInfo.InvariantCulture, $"Enable Banking answers {ended.Status}");
        return (ended.Result, ended.Status) switch
        {
            (StepResult.Refused refused, 401) => new(
                ProbeBlame.Operator,
                $"{refused.Detail}: see in the control panel whether the application has this id, and the certificate of this key; and set this machine's clock"
            ),
            (StepResult.Refused refused, _) => new(ProbeBlame.Operator, refused.Detail),
            (StepResult.Later { Reason: LaterReason.RateLimited } later, _) => new(
                ProbeBlame.Upstream,
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{status}: it counts our calls, and has had enough: try again after {later.NotBefore.UtcDateTime:yyyy-MM-ddTHH:mm:ssZ}"
                )
            ),
            (_, 0) => new(
                ProbeBlame.Network,
                "no answer comes from Enable Banking, or none that ends: it hangs, or something between breaks off"
            ),
            (_, >= 200 and < 300) => new(
                ProbeBlame.Operator,
                $"{status}, and what comes is not JSON: another server answers there; see enable_banking_url, and what stands between"
            ),
            (_, >= 300 and < 400) => new(
                ProbeBlame.Operator,
                $"{status}: it sends us elsewhere: see enable_banking_url, and what stands between"
            ),
            (_, 408 or >= 500) => new(ProbeBlame.Upstream, $"{status}: it is down, or fails: try later"),
            _ => new(
                ProbeBlame.Operator,
                $"{status}, and what comes is not the interface's: another server answers there; see enable_banking_url, and what stands between"
            ),
        };
    }
}
