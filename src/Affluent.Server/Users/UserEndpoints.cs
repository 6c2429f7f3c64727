using System.Data.Common;
using System.Diagnostics;
using Affluent.Server.Authorization;
using Affluent.Server.Platform;
using Affluent.Server.Security;
using Affluent.Server.Storage;

namespace Affluent.Server.Users;

/// <summary>Routes of users.</summary>
internal static class UserEndpoints
{
    private const int LongestName = 100;
    private const string Erased =
        "Erases the user for good, with all connections, accounts and transactions; the e-mail address is free again.";

    public static void MapUsers(this IEndpointRouteBuilder app)
    {
        var users = app.MapGroup("/api/v2.1/users").WithTags("Users");
        users
            .MapPost("", Create)
            .Needs(Scope.UsersCreate)
            .ForClients()
            .Describe(
                "createUser",
                "Create a user",
                "The `Location` header of the answer names the new user; the body is empty."
            )
            .Accepts<CreateUserMessage>("application/json")
            .Answers(201, 400, 409, 415, 429)
            .Gives(201, AnswerHeader.Location);
        MapOne(users.MapGroup("/me"), "Me", "the user of the token", 400);
        MapOne(ById(users), "User", "a user", 404);
        var v3 = app.MapGroup("/api/v3/users").WithTags("Users").NamesUser();
        MapShow(v3.MapGroup("/me"), "MeV3", "the user of the token (v3)", 400);
        MapShow(ById(v3), "UserV3", "a user (v3)", 404);
        app.MapDelete("/api/v2.1/admin/users/me", Delete)
            .WithTags("Users")
            .Needs(Scope.ProfileEdit)
            .Describe("deleteMeAsAdmin", "Delete a user in client mode", Erased + " The same as `DELETE /users/me`.")
            .Answers(204);
    }

    private static RouteGroupBuilder ById(RouteGroupBuilder users)
    {
        var byId = users.MapGroup("/{id}").OwnedBy<UserId>("id", Itself);
        byId.AddEndpointFilter(OnlyOneself);
        return byId;
    }

    private static void MapOne(RouteGroupBuilder one, string name, string whom, int absent)
    {
        MapShow(one, name, whom, absent);
        foreach (var (verb, operation) in new[] { (HttpMethods.Put, "update"), (HttpMethods.Patch, "patch") })
        {
            one.MapMethods("", [verb], Edit)
                .Needs(Scope.ProfileEdit)
                .Describe(
                    operation + name,
                    $"Change {whom}",
                    "What the body does not name stays as it is. Another `email` or `password` needs `current_password`."
                )
                .Accepts<EditUserMessage>("application/json")
                .Answers<UserMessage>(400, absent, 409, 415, 429);
        }
        one.MapDelete("", Delete)
            .Needs(Scope.ProfileEdit)
            .Describe($"delete{name}", $"Delete {whom}", Erased)
            .Answers(204, absent);
    }

    private static void MapShow(RouteGroupBuilder one, string name, string whom, int absent) =>
        one.MapGet("", Show)
            .Needs(Scope.Profile, Scope.ProfileEdit)
            .Describe($"get{name}", $"Read {whom}", "The user as the client knows it.")
            .Answers<UserMessage>(absent);

    private static Task<UserId?> Itself(DbWork db, UserId userId) => Task.FromResult<UserId?>(userId);

    // With a user's token, the id in the path must be the user's own.
    private static async ValueTask<object?> OnlyOneself(
        EndpointFilterInvocationContext context,
        EndpointFilterDelegate next
    ) =>
        context.HttpContext.GetRouteValue("id") as string
        == (await ActingUser.BindAsync(context.HttpContext)).UserId.ToString()
            ? await next(context)
            : Problem.NotFound("user");

    private static async Task<IResult> Create(
        HttpContext context,
        Caller caller,
        Database database,
        Passwords passwords,
        NewUsers newUsers,
        Addresses addresses,
        ApiVersion version,
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
        string hash;
        using (var turn = await passwords.Turn(caller.ClientId, cancellation))
        {
            if (turn is null)
            {
                return Problem.RateLimited(retryAfter: 1);
            }
            hash = await turn.Hash(new Secret(message.Password!), cancellation);
        }
        return await database.Write(db => newUsers.Insert(db, caller.ClientId, email, hash), cancellation) is { } userId
            ? TypedResults.Created(addresses.ApiOf(version) + Links.User(userId))
            : Taken();
    }

    private static async Task<IResult> Show(ActingUser user, Database database, CancellationToken cancellation) =>
        await database.Read(db => UserStore.Find(db, user.UserId), cancellation) is { } row
            ? TypedResults.Json(Message(row), UserJson.Default.UserMessage)
            : Problem.NotFound("user");

    private static async Task<IResult> Edit(
        HttpContext context,
        Caller caller,
        ActingUser user,
        Database database,
        Passwords passwords,
        PasswordSignIn signIn,
        Revocations revocations,
        SecurityLog security,
        CancellationToken cancellation
    )
    {
        var (message, problem) = await Body.Read(context.Request, UserJson.Default.EditUserMessage);
        if (message is null || (problem = Check(message)) is not null)
        {
            return problem!;
        }
        if (await database.Read(db => UserStore.Find(db, user.UserId), cancellation) is not { } before)
        {
            return Problem.NotFound("user");
        }
        var after = before with
        {
            FirstName = Changed(message.FirstName, before.FirstName),
            LastName = Changed(message.LastName, before.LastName),
            Email = message.Email?.Trim() ?? before.Email,
        };
        after = after with { EmailKey = Email.Key(after.Email) };
        after = after with { EmailVerified = before.EmailVerified && after.EmailKey == before.EmailKey };
        if (message.Password is not null || after.EmailKey != before.EmailKey)
        {
            if (string.IsNullOrEmpty(message.CurrentPassword))
            {
                return Problem.BadBody(
                    "another 'email' or 'password' needs the 'current_password'",
                    "current_password"
                );
            }
            var attempt = new SignIn(
                before.ClientId,
                before.Email,
                new Secret(message.CurrentPassword),
                context.Connection.RemoteIpAddress
            );
            switch (await signIn.Try(attempt, cancellation))
            {
                case SignInOutcome.Excess excess:
                    return Problem.RateLimited(excess.RetryAfter);
                case SignInOutcome.Refused:
                    return new Problem(
                        403,
                        "wrong_password",
                        "The current password is wrong, or wrong ones were tried too often: then wait a while.",
                        ProblemActor.User,
                        Parameter: "current_password"
                    );
                case SignInOutcome.Welcome:
                    break;
                default:
                    throw new UnreachableException();
            }
        }
        if (message.Password is { } password)
        {
            using var turn = await passwords.Turn(before.ClientId, cancellation);
            if (turn is null)
            {
                return Problem.RateLimited(retryAfter: 1);
            }
            after = after with { PasswordHash = await turn.Hash(new Secret(password), cancellation) };
        }
        try
        {
            var isDone = await database.Write(
                async db =>
                {
                    if (!await UserStore.Update(db, after))
                    {
                        return false;
                    }
                    if (after.PasswordHash != before.PasswordHash)
                    {
                        // Whoever signed in with the old password must sign in again.
                        await TokenStore.DeleteOfUser(db, before.Id);
                        await revocations.Add(db, before.Id);
                    }
                    return true;
                },
                cancellation
            );
            if (isDone)
            {
                var about = new SecuritySubject(after.ClientId, after.Id);
                if (after.PasswordHash != before.PasswordHash)
                {
                    security.PasswordChanged(about);
                }
                if (after.EmailKey != before.EmailKey)
                {
                    security.EmailChanged(about);
                }
                return TypedResults.Json(Message(after), UserJson.Default.UserMessage);
            }
        }
        catch (DbException e) when (database.IsUniqueViolation(e))
        {
            // Said below.
        }
        // A client knows its users; a user is not told who the others are.
        return caller.UserId is null ? Taken() : UnusableEmail();
    }

    private static Problem? Check(EditUserMessage message) =>
        message.FirstName?.Length > LongestName
            ? Problem.BadBody($"'first_name' must have at most {LongestName} characters", "first_name")
        : message.LastName?.Length > LongestName
            ? Problem.BadBody($"'last_name' must have at most {LongestName} characters", "last_name")
        : message.Email is { } email && !Email.IsPlausible(email) ? UnusableEmail()
        : message.Password is { } password && Passwords.Weakness(password) is { } weakness
            ? Problem.BadBody($"'password' {weakness}", "password")
        : null;

    private static string? Changed(string? asked, string? before) =>
        asked is null ? before
        : string.IsNullOrWhiteSpace(asked) ? null
        : asked.Trim();

    private static Problem UnusableEmail() => Problem.BadBody("'email' is no e-mail address that can be used", "email");

    private static Problem Taken() => Problem.Conflict("user_exists", "A user with this e-mail already exists.");

    private static async Task<IResult> Delete(ActingUser user, UserDeletion deletion, CancellationToken cancellation)
    {
        await deletion.Delete(user, cancellation);
        return TypedResults.NoContent();
    }

    private static UserMessage Message(UserRow row) =>
        new()
        {
            Id = row.Id,
            Email = row.Email,
            EmailVerified = row.EmailVerified,
            FirstName = row.FirstName,
            LastName = row.LastName,
            CreationDate = row.CreatedAt,
        };
}
