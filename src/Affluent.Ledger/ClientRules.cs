using System.Collections.Frozen;
using System.Globalization;
using Affluent.Connectors.Contract;

namespace Affluent.Ledger;

/// <summary>Which way money went.</summary>
public enum AmountSign
{
    /// <summary>It left the account.</summary>
    Negative,

    /// <summary>It came.</summary>
    Positive,
}

/// <summary>What must hold of a movement for a rule to decide its category: all that is given. Words are whole ones, next to each other.</summary>
public sealed record RuleConditions
{
    /// <summary>Words of the merchant's name in the directory, or of the other side that the bank names.</summary>
    public string? Merchant { get; init; }

    /// <summary>Identifier of the creditor of a direct debit.</summary>
    public string? CreditorId { get; init; }

    /// <summary>ISO 18245.</summary>
    public string? MerchantCategory { get; init; }

    /// <summary>Words of the label, or of the bank's text behind it.</summary>
    public string? Label { get; init; }

    /// <summary>Whether it went or came.</summary>
    public AmountSign? Sign { get; init; }

    /// <summary>The least signed amount, in units of the movement's currency.</summary>
    public decimal? MinAmount { get; init; }

    /// <summary>The most.</summary>
    public decimal? MaxAmount { get; init; }

    /// <summary>Kind of movement.</summary>
    public TransactionType? Type { get; init; }

    /// <summary>Kind of account.</summary>
    public BankAccountType? AccountType { get; init; }

    /// <summary>Nothing is given: it would hold of every movement.</summary>
    public bool IsEmpty => this == new RuleConditions();

    /// <summary>The same for conditions that hold of the same movements, as far as spelling goes.</summary>
    public string Signature =>
        string.Join(
            '|',
            ClientRules.Folded(Merchant),
            CreditorId is null ? null : ClientRules.CreditorKey(CreditorId),
            MerchantCategory,
            ClientRules.Folded(Label),
            Sign,
            MinAmount?.ToString("0.############################", CultureInfo.InvariantCulture),
            MaxAmount?.ToString("0.############################", CultureInfo.InvariantCulture),
            Type,
            AccountType
        );
}

/// <summary>A rule of a client: movements of which the conditions hold are of this category.</summary>
public sealed record ClientRule(long Id, string CategoryId, RuleConditions Conditions);

/// <summary>All rules of a client, made ready to be asked of many movements. The first of which the conditions hold decides.</summary>
public sealed class ClientRules
{
    // Nothing is guessed: the client has said so.
    private const int Confidence = 100;

    /// <summary>There are none.</summary>
    public static readonly ClientRules None = new([]);

    private readonly Prepared[] _rules;

    // Most rules name words of a label: only those are looked at that begin with a word of it.
    private readonly FrozenDictionary<string, int[]> _byFirstWord;
    private readonly FrozenDictionary<string, int[]>.AlternateLookup<ReadOnlySpan<char>> _lookup;
    private readonly int[] _others;

    /// <param name="inOrder">What decides first in front.</param>
    public ClientRules(IEnumerable<ClientRule> inOrder)
    {
        _rules = [.. inOrder.Select(rule => new Prepared(rule))];
        _byFirstWord = Enumerable
            .Range(0, _rules.Length)
            .Where(i => _rules[i].Label.Length > 0)
            .GroupBy(i => _rules[i].Label[0])
            .ToFrozenDictionary(group => group.Key, group => group.ToArray(), StringComparer.Ordinal);
        _lookup = _byFirstWord.GetAlternateLookup<ReadOnlySpan<char>>();
        LookAtAmounts = Array.Exists(
            _rules,
            prepared => prepared.Rule.Conditions is not { MinAmount: null, MaxAmount: null }
        );
        _others = [.. Enumerable.Range(0, _rules.Length).Where(i => _rules[i].Label.Length == 0)];
    }

    /// <summary>Whether any of them asks for more of an amount than its sign.</summary>
    public bool LookAtAmounts { get; }

    /// <summary>How many there are.</summary>
    public int Count => _rules.Length;

    /// <summary>The category by the first rule that holds; null: none does.</summary>
    public CategoryDecision? Decide(Movement movement, LabelParts parts, BankAccountType? accountType)
    {
        if (_rules.Length == 0)
        {
            return null;
        }
        var subject = new Subject(movement, parts, accountType);
        var first = FirstOther(subject);
        if (_byFirstWord.Count > 0)
        {
            first = FirstByWords(parts.Words, subject, first);
            first = FirstByWords(subject.Text, subject, first);
        }
        return first == _rules.Length
            ? null
            : new CategoryDecision(_rules[first].Rule.CategoryId, Confidence, CategoryWhy.ClientRule)
            {
                RuleId = _rules[first].Rule.Id,
            };
    }

    /// <summary>Whether a text has a word that could be looked for.</summary>
    public static bool HasWords(string text) => Tokens.Words(text).Count > 0;

    /// <summary>The words of a text as they are compared, parted by blanks.</summary>
    internal static string? Folded(string? text) => text is null ? null : string.Join(' ', WordsOf(text));

    /// <summary>What stays the same of a creditor's identifier whatever the creditor puts into its three characters.</summary>
    internal static string CreditorKey(string identifier)
    {
        var plain = identifier.Replace(" ", "", StringComparison.Ordinal).ToUpperInvariant();
        return Creditors.IsIdentifier(plain) ? Creditors.Key(plain) : plain;
    }

    private int FirstOther(Subject subject)
    {
        foreach (var i in _others)
        {
            if (_rules[i].Holds(subject))
            {
                return i;
            }
        }
        return _rules.Length;
    }

    private int FirstByWords(Tokens words, Subject subject, int before)
    {
        for (var at = 0; at < words.Count; at++)
        {
            if (!_lookup.TryGetValue(words.Whole(at), out var beginning))
            {
                continue;
            }
            foreach (var i in beginning)
            {
                if (i >= before)
                {
                    break;
                }
                if (StandsAt(words, at, _rules[i].Label) && _rules[i].Holds(subject))
                {
                    before = i;
                    break;
                }
            }
        }
        return before;
    }

    private static bool Contains(Tokens words, string[] some)
    {
        for (var at = 0; at + some.Length <= words.Count; at++)
        {
            if (StandsAt(words, at, some))
            {
                return true;
            }
        }
        return false;
    }

    private static bool StandsAt(Tokens words, int at, string[] some)
    {
        if (at + some.Length > words.Count)
        {
            return false;
        }
        for (var i = 0; i < some.Length; i++)
        {
            if (!words.Whole(at + i).SequenceEqual(some[i]))
            {
                return false;
            }
        }
        return true;
    }

    private static string[] WordsOf(string? text)
    {
        if (text is null)
        {
            return [];
        }
        var words = Tokens.Words(text);
        return [.. Enumerable.Range(0, words.Count).Select(i => words.Whole(i).ToString())];
    }

    /// <summary>A rule with its words cut.</summary>
    private sealed class Prepared(ClientRule rule)
    {
        private readonly RuleConditions _conditions = rule.Conditions;
        private readonly string[] _merchant = WordsOf(rule.Conditions.Merchant);
        private readonly string? _creditor = rule.Conditions.CreditorId is { } id ? CreditorKey(id) : null;

        public ClientRule Rule => rule;

        public string[] Label { get; } = WordsOf(rule.Conditions.Label);

        /// <summary>All but the words of the label, what costs least in front.</summary>
        public bool Holds(Subject subject) =>
            (_conditions.Sign is not { } sign || subject.Movement.Amount > 0 == (sign == AmountSign.Positive))
            && (_conditions.Type is not { } type || subject.Parts.Type == type)
            && (_conditions.AccountType is not { } account || subject.AccountType == account)
            && (_conditions.MerchantCategory is not { } code || subject.Movement.MerchantCategory == code)
            && (_conditions.MinAmount is not { } least || subject.Amount >= least)
            && (_conditions.MaxAmount is not { } most || subject.Amount <= most)
            && (_creditor is null || subject.Creditor == _creditor)
            && (
                _merchant.Length == 0
                || Contains(subject.Merchant, _merchant)
                || Contains(subject.Counterparty, _merchant)
            );
    }

    /// <summary>A movement, and what rules ask of it, read at most once.</summary>
    private sealed class Subject(Movement movement, LabelParts parts, BankAccountType? accountType)
    {
        private static readonly Tokens Nothing = new("");

        public Movement Movement => movement;
        public LabelParts Parts => parts;
        public BankAccountType? AccountType => accountType;

        public Tokens Text => field ??= Tokens.Words(Labels.Decoded(movement.Text));

        public Tokens Merchant => field ??= parts.Merchant is { } name ? Tokens.Words(name) : Nothing;

        public Tokens Counterparty =>
            field ??= movement.Counterparty is { } name ? Tokens.Words(Labels.Decoded(name)) : Nothing;

        public string Creditor => field ??= parts.CreditorId is { } id ? CreditorKey(id) : "";

        public decimal Amount => _amount ??= Money.ToDecimal(movement.Amount, movement.Currency);

        private decimal? _amount;
    }
}
