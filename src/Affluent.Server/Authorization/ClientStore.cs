using Affluent.Server.Platform;
using Affluent.Server.Storage;

namespace Affluent.Server.Authorization;

/// <summary>Clients in the database.</summary>
internal static class ClientStore
{
    private const string Columns = """
        id, client_id, name, grants, scopes, redirect_urls, redirect_origins, client_mode, own_terms, disabled, created_at,
        previous_secret_until
        """;

    /// <summary>Stores a checked client under a new id; its secret is told here and never again.</summary>
    public static async Task<(Client Client, Secret Secret)> Create(
        DbWork db,
        Client client,
        Ids ids,
        TimeProvider time
    )
    {
        var secret = Secret.Generate();
        var made = client with
        {
            Id = ids.Next<ClientId>(),
            ClientId = Guid.NewGuid().ToString(),
            CreatedAt = time.Seconds(),
        };
        await db.Execute(
            """
            insert into clients (id, client_id, secret_hash, name, grants, scopes, redirect_urls, redirect_origins, client_mode, own_terms, disabled, created_at, version)
            values (@Id, @ClientId, @SecretHash, @Name, @Grants, @Scopes, @RedirectUrls, @RedirectOrigins, @ClientMode, @OwnTerms, @Disabled, @CreatedAt, @Version)
            """,
            new
            {
                made.Id,
                made.ClientId,
                SecretHash = secret.Hash(),
                made.Name,
                Grants = Vocabulary<GrantType>.Join(made.Grants),
                Scopes = Vocabulary<Scope>.Join(made.Scopes),
                made.RedirectUrls,
                made.RedirectOrigins,
                made.ClientMode,
                made.OwnTerms,
                made.Disabled,
                made.CreatedAt,
                Version = NewVersion(),
            }
        );
        return (made, secret);
    }

    public static async Task<IReadOnlyList<Client>> List(DbWork db) =>
        [.. (await db.Query<Row>($"select {Columns} from clients order by id")).Select(row => row.Client())];

    /// <summary>The closed clients: nothing is done for them or their users.</summary>
    public static Task<IReadOnlyList<ClientId>> Closed(DbWork db) =>
        db.Query<ClientId>("select id from clients where disabled = @Disabled", new { Disabled = true });

    public static Task<Client?> Find(DbWork db, ClientId id) =>
        One(db, $"select {Columns} from clients where id = @Id", new { Id = id });

    /// <summary>By the id with which it authenticates.</summary>
    public static Task<Client?> FindByClientId(DbWork db, string clientId) =>
        One(db, $"select {Columns} from clients where client_id = @ClientId", new { ClientId = clientId });

    /// <summary>The client of that id and secret; null when there is none, or it is disabled.</summary>
    /// <param name="now">UTC seconds.</param>
    public static Task<Client?> Authenticate(DbWork db, string clientId, Secret secret, long now) =>
        One(
            db,
            $"""
            select {Columns} from clients
            where client_id = @ClientId and disabled = @Disabled
                and (secret_hash = @SecretHash or (previous_secret_hash = @SecretHash and previous_secret_until > @Now))
            """,
            new
            {
                ClientId = clientId,
                SecretHash = secret.Hash(),
                Disabled = false,
                Now = now,
            }
        );

    /// <summary>Gives the client another secret. Null: no such client.</summary>
    /// <param name="keepOldUntil">Until when the one that it has is good as well, in UTC seconds; null: it ends at once.</param>
    public static async Task<Secret?> RotateSecret(DbWork db, string clientId, long? keepOldUntil)
    {
        var secret = Secret.Generate();
        var rows = await db.Execute(
            """
            update clients set secret_hash = @Hash, previous_secret_until = @Until, version = @Version,
                previous_secret_hash = case when @Keeps then secret_hash end
            where client_id = @ClientId
            """,
            new
            {
                Hash = secret.Hash(),
                Until = keepOldUntil,
                Keeps = keepOldUntil is not null,
                Version = NewVersion(),
                ClientId = clientId,
            }
        );
        return rows == 0 ? null : secret;
    }

    /// <summary>Writes what an operator may change: name, grants, scopes, redirect addresses, client mode.</summary>
    public static Task Update(DbWork db, Client client) =>
        db.Execute(
            """
            update clients set name = @Name, grants = @Grants, scopes = @Scopes, redirect_urls = @RedirectUrls,
                redirect_origins = @RedirectOrigins, client_mode = @ClientMode, own_terms = @OwnTerms,
                version = @Version
            where id = @Id
            """,
            new
            {
                client.Id,
                client.Name,
                Grants = Vocabulary<GrantType>.Join(client.Grants),
                Scopes = Vocabulary<Scope>.Join(client.Scopes),
                client.RedirectUrls,
                client.RedirectOrigins,
                client.ClientMode,
                client.OwnTerms,
                Version = NewVersion(),
            }
        );

    /// <summary>
    /// Closes the client or opens it again. A closed client gets no token, and those that it and its users have are worth nothing
    /// within seconds. False: no such client.
    /// </summary>
    public static async Task<bool> SetDisabled(DbWork db, string clientId, bool disabled, Revocations revocations)
    {
        if (await FindByClientId(db, clientId) is not { } client)
        {
            return false;
        }
        await db.Execute(
            "update clients set disabled = @Disabled, version = @Version where id = @Id",
            new
            {
                Disabled = disabled,
                Version = NewVersion(),
                client.Id,
            }
        );
        if (disabled)
        {
            await revocations.Add(db, client.Id);
        }
        return true;
    }

    /// <summary>Erases a client, which must have no users any more, with its own tokens.</summary>
    public static Task Delete(DbWork db, ClientId id) =>
        db.Execute("delete from clients where id = @Id", new { Id = id });

    private static async Task<Client?> One(DbWork db, string sql, object parameters) =>
        (await db.Find<Row>(sql, parameters))?.Client();

    private static string NewVersion() => Guid.NewGuid().ToString();

    private sealed record Row
    {
        public ClientId Id { get; init; }
        public string ClientId { get; init; } = "";
        public string Name { get; init; } = "";
        public string Grants { get; init; } = "";
        public string Scopes { get; init; } = "";
        public string RedirectUrls { get; init; } = "";
        public string RedirectOrigins { get; init; } = "";
        public bool ClientMode { get; init; }
        public bool OwnTerms { get; init; }
        public bool Disabled { get; init; }
        public long CreatedAt { get; init; }
        public long? PreviousSecretUntil { get; init; }

        public Client Client() =>
            new()
            {
                Id = Id,
                ClientId = ClientId,
                Name = Name,
                Grants = [.. Vocabulary<GrantType>.Among(Grants.Split(' '))],
                Scopes = [.. Vocabulary<Scope>.Among(Scopes.Split(' '))],
                RedirectUrls = RedirectUrls,
                RedirectOrigins = RedirectOrigins,
                ClientMode = ClientMode,
                OwnTerms = OwnTerms,
                Disabled = Disabled,
                CreatedAt = CreatedAt,
                PreviousSecretUntil = PreviousSecretUntil,
            };
    }
}
