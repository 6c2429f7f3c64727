using Affluent.Connectors.Contract;
using Affluent.Server.Connections;
using Affluent.Server.Gates;
using Affluent.Server.Platform;
using Affluent.Server.Providers;
using Affluent.Server.Security;
using Affluent.Server.Storage;

namespace Affluent.Server.Synchronization;

/// <summary>What every run works with.</summary>
internal sealed record RunTools(
    Database Database,
    Ids Ids,
    Vault Vault,
    Banks Banks,
    BankHttp Http,
    TimeProvider Time,
    ThrottleKeys ThrottleKeys,
    SecurityLog Security,
    Func<ChannelDefinition, Uri> CallbackOf,
    BankGates Gates,
    RequestRates Rates,
    ILogger Log
)
{
    public DateTimeOffset Now => Time.GetUtcNow();

    public BankRevocations Revocations => new(Banks, Vault, Ids, Time);

    public long Seconds => Time.Seconds();
}
