using Affluent.Server.Authorization;
using Affluent.Server.Platform;
using Affluent.Server.Storage;

namespace Affluent.Server.Users;

/// <summary>Routes of users.</summary>
internal static class UserEndpoints
{
    public static void MapUsers(this IEndpointRouteBuilder app)
    {
        var users = app.MapGroup("/api/v2.1/users").WithTags("Users");
        users.MapPost("", Create).Needs(Scopes.UsersCreate).ForClients();
        users.MapGet("/me", Show).Needs(Scopes.Profile, Scopes.ProfileEdit);
        users.MapGet("/{id}", ShowById).Needs(Scopes.Profile, Scopes.ProfileEdit).OwnedBy("id", Itself);
        users.MapDelete("/me", Delete).Needs(Scopes.ProfileEdit);
        users.MapDelete("/{id}", DeleteById).Needs(Scopes.ProfileEdit).OwnedBy("id", Itself);
        app.MapDelete("/api/v2.1/admin/users/me", Delete).WithTags("Users").Needs(Scopes.ProfileEdit);
    }

    private static Task<long?> Itself(DbWork db, long userId) => Task.FromResult<long?>(userId);

    private static async Task<IResult> Create(
        HttpContext context,
        Caller caller,
        Database database,
        Passwords passwords,
        Vault vault,
        Ids ids,
        Addresses addresses,
        TimeProvider time,
        CancellationToken cancellation
    )
    {
        var (message, problem) = await Body.Read(context.Request, UserJson.Default.CreateUserMessage);
        if (message is null)
        {
            return problem!;
        }
        if (message.Email is not { } email || !Email.IsPlausible(email))
        {
            return Problem.BadBody("'email' must be an e-mail address", "email");
        }
        if ((message.Password is { } given ? Passwords.Weakness(given) : "is missing") is { } weakness)
        {
            return Problem.BadBody($"'password' {weakness}", "password");
        }
        var user = new UserRow
        {
            Id = ids.Next(),
            ClientId = caller.ClientId,
            Email = email.Trim(),
            EmailKey = Email.Key(email),
            PasswordHash = await passwords.Hash(new Secret(message.Password!), cancellation),
            CreatedAt = time.Seconds(),
        };
        var isNew = await database.Write(
            async db =>
            {
                if (!await UserStore.Insert(db, user))
                {
                    return false;
                }
                await vault.CreateKey(db, user.Id);
                return true;
            },
            cancellation
        );
        return isNew
            ? TypedResults.Created($"{addresses.Api}/v2.1/users/{Ids.Text(user.Id)}")
            : Problem.Conflict("user_exists", "A user with this e-mail already exists.");
    }

    private static async Task<IResult> Show(ActingUser user, Database database, CancellationToken cancellation) =>
        await database.Read(db => UserStore.Find(db, user.UserId), cancellation) is { } row
            ? TypedResults.Json(Message(row), UserJson.Default.UserMessage)
            : Problem.NotFound("user");

    private static Task<IResult> ShowById(
        string id,
        ActingUser user,
        Database database,
        CancellationToken cancellation
    ) =>
        id == Ids.Text(user.UserId)
            ? Show(user, database, cancellation)
            : Task.FromResult<IResult>(Problem.NotFound("user"));

    private static async Task<IResult> Delete(
        ActingUser user,
        Database database,
        Revocations revocations,
        CancellationToken cancellation
    )
    {
        await database.Write(
            async db =>
            {
                await UserStore.Delete(db, user.UserId);
                await revocations.Add(db, RevocationKind.User, user.UserId);
            },
            cancellation
        );
        return TypedResults.NoContent();
    }

    private static Task<IResult> DeleteById(
        string id,
        ActingUser user,
        Database database,
        Revocations revocations,
        CancellationToken cancellation
    ) =>
        id == Ids.Text(user.UserId)
            ? Delete(user, database, revocations, cancellation)
            : Task.FromResult<IResult>(Problem.NotFound("user"));

    private static UserMessage Message(UserRow row) =>
        new()
        {
            Id = Ids.Text(row.Id),
            Email = row.Email,
            EmailVerified = row.EmailVerified,
            FirstName = row.FirstName,
            LastName = row.LastName,
            CreationDate = row.CreatedAt,
        };
}
