using System.Text.Json.Serialization;
using Affluent.Connectors.Contract;
using Affluent.Server.Storage;

namespace Affluent.Server.Accounts;

/// <summary>What a bank may tell of an account on each of its channels.</summary>
[WordCase(WordCase.LowerSnake)]
[JsonConverter(typeof(WordConverter<AccountField>))]
internal enum AccountField
{
    Name,
    AccountNumber,
    Iban,
    Type,
    Usage,
    Owner,

    /// <summary>What only loans, savings or cards have.</summary>
    Details,

    /// <summary>Of the channel that refreshed the account last, as the next one.</summary>
    Balance,
    Transactions,
}

/// <summary>
/// Which channel told each field of an account. One account that two channels know is described by both: by the one of higher rank, and by
/// the other where that one says nothing.
/// </summary>
internal sealed class AccountSources
{
    private readonly SortedDictionary<AccountField, ChannelDefinitionId> _channels = [];

    // As it was before fields were told apart: all are of one channel.
    private readonly ChannelDefinitionId? _ofAll;

    public AccountSources(ChannelDefinitionId? ofAll = null) => _ofAll = ofAll;

    /// <summary>The channel that told the value of a field; null: none did.</summary>
    public ChannelDefinitionId? this[AccountField field] => _channels.TryGetValue(field, out var id) ? id : _ofAll;

    /// <summary>Of the fields that have a value.</summary>
    public static AccountSources Of(AccountRow row)
    {
        var sources = new AccountSources(row.Sources is null ? row.LastDefinitionId : null);
        foreach (var part in (row.Sources ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries))
        {
            var at = part.IndexOf('=', StringComparison.Ordinal);
            if (Vocabulary<AccountField>.TryRead(part[..at], out var field))
            {
                sources._channels[field] = new ChannelDefinitionId(part[(at + 1)..]);
            }
        }
        return sources;
    }

    public void Set(AccountField field, ChannelDefinitionId channel) => _channels[field] = channel;

    /// <summary>As the database keeps it.</summary>
    public string Write() => string.Join(',', _channels.Select(pair => $"{pair.Key.Word()}={pair.Value}"));
}
