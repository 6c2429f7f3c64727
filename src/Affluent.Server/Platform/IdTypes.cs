using System.Text.Json.Serialization;
using Affluent.Server.Storage;

namespace Affluent.Server.Platform;

/// <summary>A connection and whose it is: where its rows are.</summary>
internal sealed record ConnectionKey(UserId UserId, ConnectionId Id);

/// <summary>A client: the fintech that calls the API.</summary>
[JsonConverter(typeof(IdConverter<ClientId>))]
internal readonly record struct ClientId(long Value) : IId<ClientId>
{
    public static ClientId Of(long value) => new(value);

    public override string ToString() => Ids.Text(Value);
}

/// <summary>A user of a client.</summary>
[JsonConverter(typeof(IdConverter<UserId>))]
internal readonly record struct UserId(long Value) : IId<UserId>
{
    public static UserId Of(long value) => new(value);

    public override string ToString() => Ids.Text(Value);
}

/// <summary>A token that was issued. Grows with time, over all nodes but for what their clocks differ.</summary>
internal readonly record struct TokenId(long Value) : IId<TokenId>
{
    public static TokenId Of(long value) => new(value);

    public override string ToString() => Ids.Text(Value);
}

/// <summary>A sign-in: the family of tokens that came from it.</summary>
internal readonly record struct AuthorizationId(long Value) : IId<AuthorizationId>
{
    public static AuthorizationId Of(long value) => new(value);

    public override string ToString() => Ids.Text(Value);
}

/// <summary>A user's connection to a bank.</summary>
[JsonConverter(typeof(IdConverter<ConnectionId>))]
internal readonly record struct ConnectionId(long Value) : IId<ConnectionId>
{
    public static ConnectionId Of(long value) => new(value);

    public override string ToString() => Ids.Text(Value);
}

/// <summary>An account of a connection.</summary>
[JsonConverter(typeof(IdConverter<AccountId>))]
internal readonly record struct AccountId(long Value) : IId<AccountId>
{
    public static AccountId Of(long value) => new(value);

    public override string ToString() => Ids.Text(Value);
}

/// <summary>A transaction of an account.</summary>
[JsonConverter(typeof(IdConverter<TransactionId>))]
internal readonly record struct TransactionId(long Value) : IId<TransactionId>
{
    public static TransactionId Of(long value) => new(value);

    public override string ToString() => Ids.Text(Value);
}

/// <summary>A job: a piece of work that can wait.</summary>
[JsonConverter(typeof(IdConverter<JobId>))]
internal readonly record struct JobId(long Value) : IId<JobId>
{
    public static JobId Of(long value) => new(value);

    public override string ToString() => Ids.Text(Value);
}

/// <summary>One run of a job.</summary>
[JsonConverter(typeof(IdConverter<RunId>))]
internal readonly record struct RunId(long Value) : IId<RunId>
{
    public static RunId Of(long value) => new(value);

    public override string ToString() => Ids.Text(Value);
}

/// <summary>An authorization that is to be ended at its bank.</summary>
internal readonly record struct BankRevocationId(long Value) : IId<BankRevocationId>
{
    public static BankRevocationId Of(long value) => new(value);

    public override string ToString() => Ids.Text(Value);
}

/// <summary>A question to the user.</summary>
[JsonConverter(typeof(IdConverter<QuestionId>))]
internal readonly record struct QuestionId(long Value) : IId<QuestionId>
{
    public static QuestionId Of(long value) => new(value);

    public override string ToString() => Ids.Text(Value);
}

/// <summary>An event of a user's log; grows strictly within the user.</summary>
[JsonConverter(typeof(IdConverter<EventId>))]
internal readonly record struct EventId(long Value) : IId<EventId>
{
    public static EventId Of(long value) => new(value);

    public override string ToString() => Ids.Text(Value);
}

/// <summary>A place in the feed: an event's among those of all users of an installation, shown as its cursor. 0: in front of all.</summary>
[JsonConverter(typeof(IdConverter<FeedPlace>))]
internal readonly record struct FeedPlace(long Value) : IId<FeedPlace>
{
    public static FeedPlace Of(long value) => new(value);

    public override string ToString() => Ids.Text(Value);
}

/// <summary>What keeps its order on the way to a webhook: a connection, or a user where there is none.</summary>
[JsonConverter(typeof(IdConverter<LaneId>))]
internal readonly record struct LaneId(long Value) : IId<LaneId>
{
    public static LaneId Of(long value) => new(value);

    public override string ToString() => Ids.Text(Value);
}

/// <summary>A queue of events.</summary>
[JsonConverter(typeof(IdConverter<QueueId>))]
internal readonly record struct QueueId(long Value) : IId<QueueId>
{
    public static QueueId Of(long value) => new(value);

    public override string ToString() => Ids.Text(Value);
}

/// <summary>A record of what a user agreed to.</summary>
[JsonConverter(typeof(IdConverter<ConsentId>))]
internal readonly record struct ConsentId(long Value) : IId<ConsentId>
{
    public static ConsentId Of(long value) => new(value);

    public override string ToString() => Ids.Text(Value);
}

/// <summary>What one commit did to the transactions of one account.</summary>
[JsonConverter(typeof(IdConverter<ChangeSetId>))]
internal readonly record struct ChangeSetId(long Value) : IId<ChangeSetId>
{
    public static ChangeSetId Of(long value) => new(value);

    public override string ToString() => Ids.Text(Value);
}

/// <summary>A client's rule of categories.</summary>
[JsonConverter(typeof(IdConverter<CategoryRuleId>))]
internal readonly record struct CategoryRuleId(long Value) : IId<CategoryRuleId>
{
    public static CategoryRuleId Of(long value) => new(value);

    public override string ToString() => Ids.Text(Value);
}

/// <summary>Work that decides categories anew.</summary>
[JsonConverter(typeof(IdConverter<RecategorizationId>))]
internal readonly record struct RecategorizationId(long Value) : IId<RecategorizationId>
{
    public static RecategorizationId Of(long value) => new(value);

    public override string ToString() => Ids.Text(Value);
}

/// <summary>An address to which a client wants its events sent.</summary>
[JsonConverter(typeof(IdConverter<WebhookId>))]
internal readonly record struct WebhookId(long Value) : IId<WebhookId>
{
    public static WebhookId Of(long value) => new(value);

    public override string ToString() => Ids.Text(Value);
}

/// <summary>One attempt to send an event.</summary>
[JsonConverter(typeof(IdConverter<WebhookAttemptId>))]
internal readonly record struct WebhookAttemptId(long Value) : IId<WebhookAttemptId>
{
    public static WebhookAttemptId Of(long value) => new(value);

    public override string ToString() => Ids.Text(Value);
}

/// <summary>An application's access over SimpleFIN.</summary>
[JsonConverter(typeof(IdConverter<SimpleFinAccessId>))]
internal readonly record struct SimpleFinAccessId(long Value) : IId<SimpleFinAccessId>
{
    public static SimpleFinAccessId Of(long value) => new(value);

    public override string ToString() => Ids.Text(Value);
}

/// <summary>An application that reads accounts as it would at Enable Banking.</summary>
[JsonConverter(typeof(IdConverter<FacadeApplicationId>))]
internal readonly record struct FacadeApplicationId(long Value) : IId<FacadeApplicationId>
{
    public static FacadeApplicationId Of(long value) => new(value);

    public override string ToString() => Ids.Text(Value);
}

/// <summary>A user's way through sign-in and bank, begun by such an application.</summary>
[JsonConverter(typeof(IdConverter<FacadeAuthorizationId>))]
internal readonly record struct FacadeAuthorizationId(long Value) : IId<FacadeAuthorizationId>
{
    public static FacadeAuthorizationId Of(long value) => new(value);

    public override string ToString() => Ids.Text(Value);
}

/// <summary>What a user has given such an application: the shared accounts of one bank, for a time.</summary>
[JsonConverter(typeof(IdConverter<FacadeSessionId>))]
internal readonly record struct FacadeSessionId(long Value) : IId<FacadeSessionId>
{
    public static FacadeSessionId Of(long value) => new(value);

    public override string ToString() => Ids.Text(Value);
}
