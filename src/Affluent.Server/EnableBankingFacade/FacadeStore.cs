using Affluent.Server.Platform;
using Affluent.Server.Storage;

namespace Affluent.Server.EnableBankingFacade;

/// <summary>Every statement about applications, authorizations and sessions of the façade.</summary>
internal static class FacadeStore
{
    private static readonly BulkTable<FacadeAccount> SharedAccounts = new(
        "enable_banking_accounts",
        [
            new("user_id", BulkType.Long, account => account.UserId.Value),
            new("session_id", BulkType.Long, account => account.SessionId.Value),
            new("account_id", BulkType.Long, account => account.AccountId.Value),
        ]
    );

    private const string ApplicationColumns =
        "id, client_id, name, public_key, redirect_urls, made_by, created_at, used_at, requests_day, requests";

    private const string AuthorizationColumns = """
        id, application_id, client_id, provider_id, psu_type, state, redirect_url, valid_until, page_hash, expires_at,
        psu_id_hash, user_id, return_hash, connection_id, code_hash, code_expires_at, session_id
        """;

    private const string Sessions = """
        select s.user_id, s.id, s.application_id, a.name as application_name, s.client_id, s.connection_id, s.aspsp_name,
            s.aspsp_country, s.psu_type, s.valid_until, s.created_at, s.closed_at, s.revoked_at, s.used_at, s.requests_day,
            s.requests, s.psu_id_hash
        from enable_banking_sessions s join enable_banking_applications a on a.id = s.application_id
        """;

    /// <summary>A new application; false when the client has as many as a client may have.</summary>
    public static async Task<bool> Insert(DbWork db, FacadeApplication application) =>
        await db.Execute(
            """
            insert into enable_banking_applications (id, client_id, name, public_key, redirect_urls, made_by, created_at)
            select @Id, @ClientId, @Name, @PublicKey, @RedirectUrls, @MadeBy, @CreatedAt
            where (select count(*) from enable_banking_applications where client_id = @ClientId) < @Most
            """,
            new
            {
                application.Id,
                application.ClientId,
                application.Name,
                application.PublicKey,
                application.RedirectUrls,
                application.MadeBy,
                application.CreatedAt,
                FacadeApplication.Most,
            }
        ) == 1;

    /// <summary>The client's applications, oldest first.</summary>
    public static Task<IReadOnlyList<FacadeApplication>> List(DbWork db, ClientId clientId) =>
        db.Query<FacadeApplication>(
            $"select {ApplicationColumns} from enable_banking_applications where client_id = @ClientId order by id",
            new { ClientId = clientId }
        );

    /// <summary>One of the client's applications; null when the client has no such.</summary>
    public static Task<FacadeApplication?> Find(DbWork db, ClientId clientId, FacadeApplicationId id) =>
        db.Find<FacadeApplication>(
            $"select {ApplicationColumns} from enable_banking_applications where client_id = @ClientId and id = @Id",
            new { ClientId = clientId, Id = id }
        );

    /// <summary>The application that a token names, of any client: who asks is not known before.</summary>
    public static Task<FacadeApplication?> FindByName(DbWork db, FacadeApplicationId id) =>
        db.Find<FacadeApplication>(
            $"select {ApplicationColumns} from enable_banking_applications where id = @Id",
            new { Id = id }
        );

    /// <summary>Ends an application with all that users gave it; false when the client has no such.</summary>
    public static async Task<bool> Delete(DbWork db, ClientId clientId, FacadeApplicationId id)
    {
        db.Erases();
        return await db.Execute(
                "delete from enable_banking_applications where client_id = @ClientId and id = @Id",
                new { ClientId = clientId, Id = id }
            ) == 1;
    }

    /// <summary>Writes down requests of an application that name no session, the last of them sent now.</summary>
    public static Task Count(DbWork db, FacadeApplicationId id, int requests, long now) =>
        db.Execute(
            """
            update enable_banking_applications set used_at = @Now, requests_day = @Day,
                requests = case when requests_day = @Day then requests + @Requests else @Requests end
            where id = @Id
            """,
            new
            {
                Id = id,
                Day = (int)(now / FacadeUses.SecondsOfDay),
                Requests = requests,
                Now = now,
            }
        );

    /// <summary>Begins a user's way.</summary>
    public static Task Insert(DbWork db, FacadeAuthorization authorization) =>
        db.Execute(
            """
            insert into enable_banking_authorizations (id, application_id, client_id, provider_id, psu_type, state,
                redirect_url, valid_until, page_hash, expires_at, psu_id_hash)
            values (@Id, @ApplicationId, @ClientId, @ProviderId, @PsuType, @State, @RedirectUrl, @ValidUntil, @PageHash,
                @ExpiresAt, @PsuIdHash)
            """,
            authorization
        );

    /// <summary>The way whose page a secret opens.</summary>
    public static Task<FacadeAuthorization?> FindByPage(DbWork db, Secret secret) =>
        db.Find<FacadeAuthorization>(
            $"select {AuthorizationColumns} from enable_banking_authorizations where page_hash = @Hash",
            new { Hash = secret.Hash() }
        );

    /// <summary>The way on which a browser comes back from the widget.</summary>
    public static Task<FacadeAuthorization?> FindByReturn(DbWork db, Secret secret) =>
        db.Find<FacadeAuthorization>(
            $"select {AuthorizationColumns} from enable_banking_authorizations where return_hash = @Hash",
            new { Hash = secret.Hash() }
        );

    /// <summary>The way that ended in a code, among those that this application began.</summary>
    public static Task<FacadeAuthorization?> FindByCode(DbWork db, FacadeApplicationId application, Secret code) =>
        db.Find<FacadeAuthorization>(
            $"""
            select {AuthorizationColumns} from enable_banking_authorizations
            where code_hash = @Hash and application_id = @Application
            """,
            new { Hash = code.Hash(), Application = application }
        );

    /// <summary>A user has signed in on the way; whoever was on it before is not any more. False: it is over.</summary>
    public static async Task<bool> SignIn(
        DbWork db,
        FacadeAuthorizationId id,
        UserId userId,
        string returnHash,
        long now
    ) =>
        await db.Execute(
            """
            update enable_banking_authorizations set user_id = @UserId, return_hash = @ReturnHash
            where id = @Id and code_hash is null and expires_at > @Now
            """,
            new
            {
                Id = id,
                UserId = userId,
                ReturnHash = returnHash,
                Now = now,
            }
        ) == 1;

    /// <summary>The user is back from the bank: a code in the place of any other. False: the way is over, or is somebody else's now.</summary>
    public static async Task<bool> GiveCode(
        DbWork db,
        FacadeAuthorization authorization,
        ConnectionId connectionId,
        string codeHash,
        long now
    ) =>
        await db.Execute(
            """
            update enable_banking_authorizations set connection_id = @ConnectionId, code_hash = @CodeHash,
                code_expires_at = @CodeExpiresAt
            where id = @Id and return_hash = @ReturnHash and session_id is null and expires_at > @Now
            """,
            new
            {
                authorization.Id,
                authorization.ReturnHash,
                ConnectionId = connectionId,
                CodeHash = codeHash,
                CodeExpiresAt = now + FacadeAuthorization.CodeLifetime,
                Now = now,
            }
        ) == 1;

    /// <summary>The application is told that nothing comes of the way: it is over. False: it was before, or the application got a code.</summary>
    public static async Task<bool> End(DbWork db, FacadeAuthorizationId id, long now) =>
        await db.Execute(
            """
            update enable_banking_authorizations set expires_at = @Now
            where id = @Id and code_hash is null and expires_at > @Now
            """,
            new { Id = id, Now = now }
        ) == 1;

    /// <summary>The code has become a session; false: another request was faster.</summary>
    public static async Task<bool> Spend(DbWork db, FacadeAuthorization authorization, FacadeSessionId session) =>
        await db.Execute(
            """
            update enable_banking_authorizations set session_id = @Session
            where id = @Id and code_hash = @CodeHash and session_id is null
            """,
            new
            {
                authorization.Id,
                authorization.CodeHash,
                Session = session,
            }
        ) == 1;

    public static async Task Insert(DbWork db, FacadeSession session, IReadOnlyCollection<FacadeAccount> accounts)
    {
        // Its id is told once.
        db.MustLast();
        await db.Execute(
            """
            insert into enable_banking_sessions (user_id, id, application_id, client_id, connection_id, aspsp_name,
                aspsp_country, psu_type, valid_until, created_at, psu_id_hash)
            values (@UserId, @Id, @ApplicationId, @ClientId, @ConnectionId, @AspspName, @AspspCountry, @PsuType,
                @ValidUntil, @CreatedAt, @PsuIdHash)
            """,
            session
        );
        await db.Insert(SharedAccounts, accounts);
    }

    /// <summary>A session of this application; null when it has no such.</summary>
    public static Task<FacadeSession?> FindSession(DbWork db, FacadeApplicationId application, FacadeSessionId id) =>
        db.Find<FacadeSession>(
            $"{Sessions} where s.id = @Id and s.application_id = @Application",
            new { Id = id, Application = application }
        );

    /// <summary>Whose a session is; null: nobody's.</summary>
    public static Task<UserId?> OwnerOf(DbWork db, FacadeSessionId id) =>
        db.Scalar<UserId?>("select user_id from enable_banking_sessions where id = @Id", new { Id = id });

    /// <summary>What a user has given applications and nobody has ended, oldest first.</summary>
    public static Task<IReadOnlyList<FacadeSession>> OfUser(DbWork db, UserId userId, long now) =>
        db.Query<FacadeSession>(
            $"""
            {Sessions} where s.user_id = @UserId and s.closed_at is null and s.revoked_at is null and s.valid_until > @Now
            order by s.id
            """,
            new { UserId = userId, Now = now }
        );

    /// <summary>
    /// The session of this application by which it reaches an account: the newest, one that is over only where there is no other; null when it was never given
    /// the account.
    /// </summary>
    public static async Task<FacadeSessionId?> SessionOf(
        DbWork db,
        FacadeApplicationId application,
        AccountId account,
        long now
    ) =>
        (
            await db.Find<FacadeSession>(
                $"""
                {Sessions}
                where s.application_id = @Application and (s.user_id, s.id) in
                    (select user_id, session_id from enable_banking_accounts where account_id = @Account)
                order by case when s.closed_at is null and s.revoked_at is null and s.valid_until > @Now then 0 else 1 end,
                    s.id desc limit 1
                """,
                new
                {
                    Application = application,
                    Account = account,
                    Now = now,
                }
            )
        )?.Id;

    /// <summary>The accounts of a session, oldest first.</summary>
    public static Task<IReadOnlyList<FacadeAccount>> Accounts(DbWork db, FacadeSession session) =>
        db.Query<FacadeAccount>(
            """
            select user_id, session_id, account_id from enable_banking_accounts
            where user_id = @UserId and session_id = @Id order by account_id
            """,
            new { session.UserId, session.Id }
        );

    /// <summary>The application ends a session; false: it was ended before.</summary>
    public static async Task<bool> Close(DbWork db, FacadeSession session, long now) =>
        await db.Execute(
            """
            update enable_banking_sessions set closed_at = @Now
            where user_id = @UserId and id = @Id and closed_at is null and revoked_at is null
            """,
            new
            {
                session.UserId,
                session.Id,
                Now = now,
            }
        ) == 1;

    /// <summary>The user ends a session; false: there is none, or it was ended before.</summary>
    public static async Task<bool> Revoke(DbWork db, UserId userId, FacadeSessionId id, long now) =>
        await db.Execute(
            """
            update enable_banking_sessions set revoked_at = @Now
            where user_id = @UserId and id = @Id and closed_at is null and revoked_at is null and valid_until > @Now
            """,
            new
            {
                UserId = userId,
                Id = id,
                Now = now,
            }
        ) == 1;

    /// <summary>Writes down requests of a session, the last of them sent now.</summary>
    public static Task Count(DbWork db, FacadeSession session, int requests, long now) =>
        db.Execute(
            """
            update enable_banking_sessions set used_at = @Now, requests_day = @Day,
                requests = case when requests_day = @Day then requests + @Requests else @Requests end
            where user_id = @UserId and id = @Id
            """,
            new
            {
                session.UserId,
                session.Id,
                Day = (int)(now / FacadeUses.SecondsOfDay),
                Requests = requests,
                Now = now,
            }
        );

    /// <summary>Forgets ways that are over, and says how many.</summary>
    public static Task<int> PruneAuthorizations(DbWork db, long now, int atMost) =>
        db.Execute(
            """
            delete from enable_banking_authorizations where id in
                (select id from enable_banking_authorizations where expires_at <= @Now limit @AtMost)
            """,
            new { Now = now, AtMost = atMost }
        );

    /// <summary>Forgets sessions whose time has been over for long, and says how many.</summary>
    public static Task<int> PruneSessions(DbWork db, long now, int atMost) =>
        db.Execute(
            """
            delete from enable_banking_sessions where (user_id, id) in
                (select user_id, id from enable_banking_sessions where valid_until <= @Before limit @AtMost)
            """,
            new { Before = now - FacadeSession.Memory, AtMost = atMost }
        );
}
