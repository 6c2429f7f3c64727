using System.Globalization;
using System.Text.Json.Serialization;
using Affluent.Server.Authorization;
using Affluent.Server.Platform;
using Affluent.Server.Storage;

namespace Affluent.Server.EnableBankingFacade;

/// <summary>Applications that read accounts as they would at Enable Banking: what a client registers of its own.</summary>
internal static class FacadeApplicationEndpoints
{
    public static void MapFacadeApplications(this IEndpointRouteBuilder app)
    {
        var applications = app.MapGroup("/api/v2.1/enable_banking/applications")
            .WithTags("Enable Banking")
            .ForClients();
        applications
            .MapPost("", Create)
            .Needs(Scope.UsersCreate, Scope.ConnectionsManage)
            .Describe(
                "createEnableBankingApplication",
                "Register an application",
                """
                An application that speaks Enable Banking (Firefly III's data importer, Securo and others) then lets users of the client sign in here and share the
                accounts of a bank with it. It signs its tokens with the private key that belongs to `public_key`, and names the `id` as their `kid`.
                """
            )
            .Accepts<CreateFacadeApplicationMessage>("application/json")
            .Produces<FacadeApplicationMessage>(201)
            .Gives(201, AnswerHeader.Location)
            .Answers(400, 409, 415);
        applications
            .MapGet("", List)
            .Needs(Scope.UsersCreate, Scope.ConnectionsManage)
            .Describe("listEnableBankingApplications", "List applications", "The client's applications, oldest first.")
            .Answers<IReadOnlyList<FacadeApplicationMessage>>();
        applications
            .MapGet("/{id}", Show)
            .Needs(Scope.UsersCreate, Scope.ConnectionsManage)
            .Describe("getEnableBankingApplication", "Read an application", "One of the client's applications.")
            .Answers<FacadeApplicationMessage>(404);
        applications
            .MapDelete("/{id}", Delete)
            .Needs(Scope.UsersCreate, Scope.ConnectionsManage)
            .Describe(
                "deleteEnableBankingApplication",
                "Delete an application",
                "Its tokens count no longer, and all that users gave it ends, from its next request on. The users' connections stay."
            )
            .Answers(204, 404);
    }

    private static async Task<IResult> Create(
        HttpRequest request,
        Caller caller,
        FacadeSessions sessions,
        Settings settings,
        Addresses addresses,
        ApiVersion version,
        CancellationToken cancellation
    )
    {
        var (message, problem) = await Body.Read(request, FacadeApplicationJson.Default.CreateFacadeApplicationMessage);
        if (problem is not null)
        {
            return problem;
        }
        var (asked, wrong) = Read(message!, caller.ClientId, settings.Environment);
        if (asked is null)
        {
            return wrong!;
        }
        return await sessions.Register(asked, cancellation) is { } application
            ? TypedResults.Created(
                addresses.ApiOf(version) + Links.FacadeApplication(FacadeUuid.Of(application.Id)),
                FacadeApplicationMessage.Of(application)
            )
            : Problem.Conflict(
                "too_many_enable_banking_applications",
                $"The client has {FacadeApplication.Most} applications, as many as it may have. Delete those that are no longer used."
            );
    }

    private static async Task<IResult> List(Caller caller, Database database, CancellationToken cancellation) =>
        TypedResults.Json(
            [
                .. (await database.Read(db => FacadeStore.List(db, caller.ClientId), cancellation)).Select(
                    FacadeApplicationMessage.Of
                ),
            ],
            FacadeApplicationJson.Default.IReadOnlyListFacadeApplicationMessage
        );

    private static async Task<IResult> Show(
        string id,
        Caller caller,
        Database database,
        CancellationToken cancellation
    ) =>
        FacadeUuid.TryRead<FacadeApplicationId>(id, out var key)
        && await database.Read(db => FacadeStore.Find(db, caller.ClientId, key), cancellation) is { } application
            ? TypedResults.Json(
                FacadeApplicationMessage.Of(application),
                FacadeApplicationJson.Default.FacadeApplicationMessage
            )
            : Problem.NotFound("application");

    private static async Task<IResult> Delete(
        string id,
        Caller caller,
        FacadeSessions sessions,
        CancellationToken cancellation
    ) =>
        FacadeUuid.TryRead<FacadeApplicationId>(id, out var key)
        && await sessions.Delete(caller.ClientId, key, cancellation)
            ? TypedResults.NoContent()
            : Problem.NotFound("application");

    /// <summary>The application that is asked for, or what is wrong with it.</summary>
    private static (FacadeApplication? Application, Problem? Problem) Read(
        CreateFacadeApplicationMessage message,
        ClientId client,
        InstallationKind environment
    )
    {
        if (message.Name?.Trim() is not { } name || !ShownName.IsFit(name, FacadeApplication.LongestName))
        {
            return Wrong(
                $"'name' must say what the application is, in 1 to {FacadeApplication.LongestName} characters on one line",
                "name"
            );
        }
        if (FacadeKey.Read(message.PublicKey) is not { } key)
        {
            return Wrong(
                "'public_key' must be an RSA public key of 2048 to 8192 bits, or a certificate of one, in PEM; never the private key",
                "public_key"
            );
        }
        if (message.RedirectUrls is not { Count: > 0 and <= FacadeApplication.MostRedirectUrls } urls)
        {
            return Wrong(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"'redirect_urls' must hold 1 to {FacadeApplication.MostRedirectUrls} addresses"
                ),
                "redirect_urls"
            );
        }
        if (
            urls.Select(url => FacadeApplication.RedirectFault(url, environment))
                .FirstOrDefault(fault => fault is not null) is
            { } fault
        )
        {
            return Wrong($"'redirect_urls' {fault}", "redirect_urls");
        }
        return (
            new FacadeApplication
            {
                ClientId = client,
                Name = name,
                PublicKey = key,
                RedirectUrls = string.Join('\n', urls.Distinct(StringComparer.Ordinal)),
            },
            null
        );
    }

    private static (FacadeApplication?, Problem?) Wrong(string why, string field) =>
        (null, Problem.BadBody(why, field));
}

/// <summary>A new application.</summary>
internal sealed record CreateFacadeApplicationMessage
{
    /// <summary>What it is, as users see it when they are asked: 1 to 100 characters.</summary>
    public string? Name { get; init; }

    /// <summary>The RSA public key (2048 to 8192 bits) of its tokens in PEM, or a certificate of that key.</summary>
    public string? PublicKey { get; init; }

    /// <summary>Where users may be sent back to, 1 to 20 addresses; compared letter by letter.</summary>
    public IReadOnlyList<string>? RedirectUrls { get; init; }
}

/// <summary>An application of the client.</summary>
internal sealed record FacadeApplicationMessage
{
    /// <summary>A UUID: what the application calls its application id, the <c>kid</c> of its tokens.</summary>
    public required string Id { get; init; }

    /// <summary>What it is.</summary>
    public required string Name { get; init; }

    /// <summary>Where users may be sent back to.</summary>
    public required IReadOnlyList<string> RedirectUrls { get; init; }

    /// <summary>When it was registered, in UTC seconds.</summary>
    public required long CreationDate { get; init; }

    public static FacadeApplicationMessage Of(FacadeApplication application) =>
        new()
        {
            Id = FacadeUuid.Of(application.Id),
            Name = application.Name,
            RedirectUrls = application.Redirects,
            CreationDate = application.CreatedAt,
        };
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull
)]
[JsonSerializable(typeof(CreateFacadeApplicationMessage))]
[JsonSerializable(typeof(FacadeApplicationMessage))]
[JsonSerializable(typeof(IReadOnlyList<FacadeApplicationMessage>))]
internal sealed partial class FacadeApplicationJson : JsonSerializerContext;
