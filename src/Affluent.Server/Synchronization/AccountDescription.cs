using Affluent.Connectors.Contract;
using Affluent.Ledger;
using Affluent.Server.Accounts;

namespace Affluent.Server.Synchronization;

/// <summary>Takes over what a channel tells of an account, field by field. Pure.</summary>
/// <param name="row">The account as it is held.</param>
/// <param name="outranked">Another channel reads the account, which ranks above: only what that one does not tell is taken.</param>
internal sealed class AccountDescription(AccountRow row, ChannelDefinitionId channel, bool outranked)
{
    private readonly AccountSources _held = AccountSources.Of(row);
    private readonly AccountSources _sources = new();

    /// <summary>The account as it is described now. What is no longer given keeps its value.</summary>
    public AccountRow Take(BankAccount bank)
    {
        var type = Of(AccountField.Type, bank.Type, row.Type);
        return row with
        {
            Name = Of(AccountField.Name, BankText.Clean(bank.Name), row.Name),
            AccountNumber = Of(AccountField.AccountNumber, BankText.Clean(bank.Number), row.AccountNumber),
            Iban = Of(AccountField.Iban, AccountIdentity.NormalizeIban(bank.Iban), row.Iban),
            Type = type,
            // Banks name what is unusual: an account of which nothing is said is a private one.
            Usage = Of(AccountField.Usage, bank.Usage, row.Usage) ?? BankAccountUsage.Personal,
            OwnerName = Of(AccountField.Owner, BankText.Clean(bank.OwnerName), row.OwnerName),
            // They are those of a type.
            Details = Of(AccountField.Details, type == bank.Type ? AccountDetails.Of(bank) : null, row.Details),
            Sources = _sources.Write(),
        };
    }

    private string? Of(AccountField field, string? given, string? held) => Takes(field, given, held) ? given : held;

    private T? Of<T>(AccountField field, T? given, T? held)
        where T : struct => Takes(field, given, held) ? given : held;

    private bool Takes(AccountField field, object? given, object? held)
    {
        var source = held is null ? null : _held[field];
        var takes = given is not null && !(outranked && source is not null && source != channel);
        if ((takes ? channel : source) is { } from)
        {
            _sources.Set(field, from);
        }
        return takes;
    }
}
