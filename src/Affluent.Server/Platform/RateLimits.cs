using System.Globalization;
using Affluent.Server.Storage;

namespace Affluent.Server.Platform;

/// <summary>What a client, a user or an address may do so many times a minute.</summary>
[WordCase(WordCase.LowerSnake)]
internal enum LimitedAction
{
    /// <summary>Signing in with a password.</summary>
    SignIn,

    /// <summary>Making a session of the widget.</summary>
    WidgetSession,

    /// <summary>Making a queue.</summary>
    Queue,
    WebhookTest,

    /// <summary>Asking for synchronizations.</summary>
    Synchronization,

    /// <summary>Making a connection.</summary>
    Connection,

    /// <summary>Answering the bank, by the API or a form of the widget, and giving credentials.</summary>
    Answer,
}

/// <summary>Whose requests are counted together.</summary>
[WordCase(WordCase.LowerSnake)]
internal enum LimitedBy
{
    User,
    Address,
    Client,
}

/// <summary>How many times a minute, on one node; null: as often as they like.</summary>
internal sealed record RateLimit(int? Client, int? User, int? Address)
{
    private const int Most = 1_000_000;

    /// <summary>Far above what people do, and above what the servers of a large client do.</summary>
    public static IReadOnlyDictionary<LimitedAction, RateLimit> Standard { get; } =
        new Dictionary<LimitedAction, RateLimit>
        {
            [LimitedAction.SignIn] = new(Client: 3000, User: 60, Address: 3000),
            [LimitedAction.WidgetSession] = new(Client: 3000, User: 60, Address: 3000),
            [LimitedAction.WebhookTest] = new(Client: 60, User: null, Address: null),
            [LimitedAction.Queue] = new(Client: 3000, User: 120, Address: 3000),
            [LimitedAction.Synchronization] = new(Client: 6000, User: 120, Address: 6000),
            [LimitedAction.Connection] = new(Client: 3000, User: 60, Address: 3000),
            [LimitedAction.Answer] = new(Client: 6000, User: 240, Address: 6000),
        };

    /// <summary>Reads <c>client=600,user=20,address=600</c>, of which any may be left out, or <c>off</c>; null: it is neither.</summary>
    public static RateLimit? TryRead(string text)
    {
        if (text == "off")
        {
            return new(null, null, null);
        }
        var counts = new Dictionary<LimitedBy, int>();
        foreach (var part in text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            if (
                part.Split('=', StringSplitOptions.TrimEntries) is not [var name, var number]
                || !Vocabulary<LimitedBy>.TryRead(name, out var by)
                || !int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var count)
                || count is 0 or > Most
                || !counts.TryAdd(by, count)
            )
            {
                return null;
            }
        }
        return counts.Count == 0 ? null : new(Of(LimitedBy.Client), Of(LimitedBy.User), Of(LimitedBy.Address));

        int? Of(LimitedBy by) => counts.TryGetValue(by, out var count) ? count : null;
    }

    public int? For(LimitedBy by) =>
        by switch
        {
            LimitedBy.User => User,
            LimitedBy.Address => Address,
            LimitedBy.Client => Client,
        };

    /// <summary>As <see cref="TryRead"/> takes it.</summary>
    public override string ToString() =>
        string.Join(
            ',',
            Enum.GetValues<LimitedBy>().Where(by => For(by) is not null).Select(by => $"{by.Word()}={For(by)}")
        )
            is { Length: > 0 } text
            ? text
            : "off";
}
