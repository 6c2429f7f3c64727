using Affluent.Connectors.Contract;
using Affluent.Server.Authorization;
using Affluent.Server.Gates;
using Affluent.Server.Jobs;
using Affluent.Server.Platform;
using Affluent.Server.Providers;
using Affluent.Server.Storage;

namespace Affluent.Server.Connections;

/// <summary>Making connections, synchronizing them.</summary>
internal static class ConnectionEditEndpoints
{
    private static readonly Parameter<string?> Type = Parameter.OneOf(
        "type",
        "ALL (when absent) reads what is known; LIST_ACCOUNTS first lists the accounts anew, deleted ones too.",
        Vocabulary<JobRequest>.Words
    );

    public static void MapConnectionEdits(this IEndpointRouteBuilder app)
    {
        var connections = app.MapGroup("/api/v2.1/connections").WithTags("Connections");
        connections
            .MapPost("", Create)
            .Needs(Scope.ConnectionsManage)
            .Limited(LimitedAction.Connection)
            .Describe(
                "createConnection",
                "Create a connection",
                """
                Connects a bank without the widget and asks for its first synchronization. On REDIRECT send the user's browser to
                `_links.authorize`; it comes back to `redirect_url`. The link is for one browser and ends with the return.
                """
            )
            .Accepts<CreateConnectionMessage>("application/json")
            .Produces<NewConnectionMessage>(201)
            .Gives(201, AnswerHeader.Location)
            .Answers(400, 409, 415);
        connections
            .MapPut("/{id}/channels/{definitionId}/credentials", SetCredentials)
            .Needs(Scope.ConnectionsManage)
            .Limited(LimitedAction.Answer)
            .OwnedBy<ConnectionId>("id", ConnectionsStore.OwnerOf)
            .Describe(
                "setCredentials",
                "Set the credentials of a channel",
                "New credentials for an EMBEDDED channel, also one not used so far. What had stopped is tried again at once."
            )
            .Accepts<ValuesMessage>("application/json")
            .Answers(204, 400, 404, 415);
        connections
            .MapPost("/{id}/synchronize", Synchronize)
            .Needs(Scope.ConnectionsSync, Scope.ConnectionsManage)
            .Limited(LimitedAction.Synchronization)
            .OwnedBy<ConnectionId>("id", ConnectionsStore.OwnerOf)
            .Takes(Type)
            .Describe(
                "synchronizeConnection",
                "Synchronize a connection",
                "Accepted at once and done in the background: follow the `status` of the connection, or a queue."
            )
            .Answers(204, 400, 404);
        connections
            .MapPost("/synchronize", SynchronizeAll)
            .Needs(Scope.ConnectionsSync, Scope.ConnectionsManage)
            .Limited(LimitedAction.Synchronization)
            .Takes(Type)
            .Describe(
                "synchronizeConnections",
                "Synchronize all connections",
                "Answers with a link for each connection that will be synchronized."
            )
            .Answers<IReadOnlyList<SynchronizedMessage>>(400);
        app.MapUserInput();
    }

    private static async Task<IResult> Create(
        HttpContext context,
        Caller caller,
        ActingUser user,
        Database database,
        UserDatabase users,
        Banks banks,
        Addresses addresses,
        ApiVersion version,
        TimeProvider time,
        CancellationToken cancellation
    )
    {
        var (message, problem) = await Body.Read(context.Request, ConnectionEditJson.Default.CreateConnectionMessage);
        if (message is null)
        {
            return problem!;
        }
        if (message.ProviderId is not { } providerId || banks.ToConnect(new ProviderId(providerId)) is not { } provider)
        {
            return Problem.BadBody("'provider_id' names no bank of this installation", "provider_id");
        }
        var (given, badValues) = GivenValues.Read(message.Credentials, "credentials");
        if (badValues is not null)
        {
            return badValues;
        }
        var down = BankWays.HasSeveral(provider)
            ? await database.Read(db => WaysDown.Of(db, provider, time.Seconds()), cancellation)
            : BankWays.NoneDown;
        if (ChannelFor(provider, message.ChannelDefinitionId, given.Count > 0, down) is not { } channel)
        {
            return Problem.BadBody("'channel_definition_id' is no channel of this bank", "channel_definition_id");
        }
        if (channel.Unavailable)
        {
            return Problem.Conflict("channel_unavailable", "This channel of the bank is out of service for now.");
        }
        // On REDIRECT the bank's connector asks for what is not given.
        var form =
            channel.Mode == ChannelMode.Redirect && given.Count == 0
                ? new FormReading.Good(given)
                : CredentialsForm.Read(channel, given);
        if (form is not FormReading.Good { Values: var credentials })
        {
            return FieldFaults.Problem(form);
        }
        var client = await database.Read(db => ClientStore.Find(db, user.ClientId), cancellation);
        Uri? redirectUrl = null;
        if (
            (channel.Mode == ChannelMode.Redirect || message.RedirectUrl is not null)
            && (
                !Uri.TryCreate(message.RedirectUrl, UriKind.Absolute, out redirectUrl)
                || client?.AllowsRedirect(redirectUrl) != true
            )
        )
        {
            return Problem.BadBody(
                "'redirect_url' must be at an origin that the client has registered",
                "redirect_url"
            );
        }
        var draft = new ConnectionDraft
        {
            Provider = provider,
            Channel = channel,
            Credentials = credentials,
            AutoSync = message.AutoSync ?? true,
            ConsentPerAccount = message.ConsentPerAccount,
            RedirectUrl = redirectUrl,
            User = Presence.Of(context, caller),
        };
        var (id, authorize) = await users.Write(
            user.UserId,
            user.ClientId,
            async work =>
            {
                var made = await ConnectionEdits.Create(work, draft);
                return (
                    made,
                    channel.Mode == ChannelMode.Redirect ? await AuthorizeLink.Open(work, made) : (Secret?)null
                );
            },
            cancellation
        );
        var self = addresses.ApiOf(version) + Links.Connection(id);
        return TypedResults.Created(
            self,
            new NewConnectionMessage
            {
                Id = id,
                Links = new NewConnectionLinks(
                    new LinkMessage(self),
                    authorize is { } secret ? new LinkMessage(AuthorizeLink.Address(addresses, version, secret)) : null
                ),
            }
        );
    }

    private static ChannelDefinition? ChannelFor(
        Provider provider,
        string? definitionId,
        bool hasCredentials,
        IReadOnlySet<ChannelDefinitionId> down
    ) =>
        definitionId is not null ? provider.Channels.FirstOrDefault(c => c.Id.Value == definitionId)
        : hasCredentials ? provider.Channels.FirstOrDefault(c => c.Mode == ChannelMode.Embedded)
        : BankWays.ToLink(provider, down).FirstOrDefault(c => c.Mode == ChannelMode.Redirect)
            ?? provider.Channels.FirstOrDefault(c => c.Mode == ChannelMode.Redirect)
            ?? provider.Channels[0];

    private static async Task<IResult> SetCredentials(
        string id,
        string definitionId,
        HttpContext context,
        Caller caller,
        ActingUser user,
        UserDatabase users,
        Banks banks,
        BankRevocations revocations,
        CancellationToken cancellation
    )
    {
        var (message, problem) = await Body.Read(context.Request, ConnectionEditJson.Default.ValuesMessage);
        if (message is null)
        {
            return problem!;
        }
        if (
            !Ids.TryRead<ConnectionId>(id, out var connectionId)
            || banks.Channel(new ChannelDefinitionId(definitionId))?.Definition is not { } channel
        )
        {
            return Problem.NotFound("channel");
        }
        if (channel.Credentials.Count == 0)
        {
            return Problem.BadParameter(
                "channel_definition_id",
                "names a channel without credentials: it works by redirect"
            );
        }
        var (given, badValues) = GivenValues.Read(message.Credentials, "credentials");
        if (badValues is not null)
        {
            return badValues;
        }
        var form = CredentialsForm.Read(channel, given);
        if (form is not FormReading.Good { Values: var credentials })
        {
            return FieldFaults.Problem(form);
        }
        var present = Presence.Of(context, caller);
        return await users.Write(
            user.UserId,
            user.ClientId,
            work =>
                ConnectionEdits.SetCredentials(
                    work,
                    connectionId,
                    channel,
                    credentials,
                    present,
                    new Ways(banks, revocations)
                ),
            cancellation
        )
            ? TypedResults.NoContent()
            : Problem.NotFound("channel");
    }

    private static async Task<IResult> Synchronize(
        string id,
        HttpContext context,
        Caller caller,
        ActingUser user,
        UserDatabase users,
        Banks banks,
        BankRevocations revocations,
        CancellationToken cancellation
    )
    {
        var parameters = new ParameterSource(context.Request);
        var what = Vocabulary<JobRequest>.TryRead(parameters.Read(Type), out var asked) ? asked : JobRequest.All;
        if (parameters.Problem is { } problem)
        {
            return problem;
        }
        var present = Presence.OfSynchronization(context, caller);
        var ways = new Ways(banks, revocations);
        return
            Ids.TryRead<ConnectionId>(id, out var connectionId)
            && await users.Write(
                user.UserId,
                user.ClientId,
                work => ConnectionEdits.Synchronize(work, connectionId, what, present, ways),
                cancellation
            )
            ? TypedResults.NoContent()
            : Problem.NotFound("connection");
    }

    private static async Task<IResult> SynchronizeAll(
        HttpContext context,
        Caller caller,
        ActingUser user,
        UserDatabase users,
        Addresses addresses,
        ApiVersion version,
        CancellationToken cancellation
    )
    {
        var parameters = new ParameterSource(context.Request);
        var what = Vocabulary<JobRequest>.TryRead(parameters.Read(Type), out var asked) ? asked : JobRequest.All;
        if (parameters.Problem is { } problem)
        {
            return problem;
        }
        var present = Presence.OfSynchronization(context, caller);
        var running = await users.Write(
            user.UserId,
            user.ClientId,
            work => Synchronizations.RequestAll(work, what, present),
            cancellation
        );
        return TypedResults.Json(
            [.. running.Select(id => new SynchronizedMessage(id, addresses.ApiOf(version) + Links.Connection(id)))],
            ConnectionEditJson.Default.IReadOnlyListSynchronizedMessage
        );
    }
}
