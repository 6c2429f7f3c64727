using System.Text.Json;
using Affluent.Server.Platform;
using Affluent.Server.Storage;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.ChangeTracking;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Microsoft.EntityFrameworkCore.Storage.ValueConversion;
using Microsoft.EntityFrameworkCore.ValueGeneration;
using OpenIddict.Abstractions;
using OpenIddict.EntityFrameworkCore.Models;

namespace Affluent.Server.Authorization;

/// <summary>
/// OpenIddict's view of our tables (002_authorization.sql). Entity Framework only maps them, and only here: the migrations are ours,
/// and everything else reads and writes through <see cref="Database"/>.
/// </summary>
internal sealed class AuthorizationDb(DbContextOptions<AuthorizationDb> options, Ids ids, Database database)
    : DbContext(options)
{
    public static void Configure(IServiceProvider services, DbContextOptionsBuilder options) =>
        _ = services.GetRequiredService<Database>() switch
        {
            SqliteDatabase sqlite => options.UseSqlite(sqlite.ConnectionString),
            PostgresDatabase postgres => options.UseNpgsql(postgres.Source),
            var other => throw new NotSupportedException(other.Kind),
        };

    public override Task<int> SaveChangesAsync(
        bool acceptAllChangesOnSuccess,
        CancellationToken cancellationToken = default
    ) =>
        database.InWriterTurn(
            () => base.SaveChangesAsync(acceptAllChangesOnSuccess, cancellationToken),
            cancellationToken
        );

    protected override void ConfigureConventions(ModelConfigurationBuilder configurationBuilder) =>
        configurationBuilder.Properties<DateTime>().HaveConversion<ToSeconds>();

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        modelBuilder.Entity<ClientRow>(client =>
        {
            Map(client, "clients");
            client.Property(c => c.ClientId).HasColumnName("client_id");
            client.Property(c => c.ClientSecret).HasColumnName("secret_hash");
            client.Property(c => c.PreviousSecret).HasColumnName("previous_secret_hash");
            client.Property(c => c.PreviousSecretUntil).HasColumnName("previous_secret_until");
            client.Property(c => c.DisplayName).HasColumnName("name");
            client.Property(c => c.Grants).HasColumnName("grants");
            client.Property(c => c.Scopes).HasColumnName("scopes");
            client.Property(c => c.RedirectAddresses).HasColumnName("redirect_urls");
            client.Property(c => c.ClientMode).HasColumnName("client_mode");
            client.Property(c => c.Disabled).HasColumnName("disabled");
            client.Property(c => c.ConcurrencyToken).HasColumnName("version").IsConcurrencyToken();
            // A disabled client does not exist for the authorization server.
            client.HasQueryFilter(c => !c.Disabled);
            client.Ignore(c => c.ApplicationType);
            client.Ignore(c => c.ClientType);
            client.Ignore(c => c.ConsentType);
            client.Ignore(c => c.DisplayNames);
            client.Ignore(c => c.JsonWebKeySet);
            client.Ignore(c => c.Permissions);
            client.Ignore(c => c.PostLogoutRedirectUris);
            client.Ignore(c => c.Properties);
            client.Ignore(c => c.RedirectUris);
            client.Ignore(c => c.Requirements);
            client.Ignore(c => c.Settings);
        });
        modelBuilder.Entity<AuthorizationRow>(authorization =>
        {
            Map(authorization, "authorizations");
            authorization.HasOne(a => a.Application).WithMany(c => c.Authorizations).HasForeignKey("ApplicationId");
            authorization.Property("ApplicationId").HasColumnName("client_id");
            authorization.Property(a => a.Subject).HasColumnName("subject");
            authorization.Property(a => a.Status).HasColumnName("status");
            authorization.Property(a => a.Type).HasColumnName("type");
            authorization.Property(a => a.Scopes).HasColumnName("scopes");
            authorization.Property(a => a.CreationDate).HasColumnName("created_at");
            authorization.Property(a => a.ConcurrencyToken).HasColumnName("version").IsConcurrencyToken();
            authorization.Ignore(a => a.Properties);
        });
        modelBuilder.Entity<TokenRow>(token =>
        {
            Map(token, "tokens");
            token.HasOne(t => t.Application).WithMany(c => c.Tokens).HasForeignKey("ApplicationId");
            token.HasOne(t => t.Authorization).WithMany(a => a.Tokens).HasForeignKey("AuthorizationId");
            token.Property("ApplicationId").HasColumnName("client_id");
            token.Property("AuthorizationId").HasColumnName("authorization_id");
            token.Property(t => t.Subject).HasColumnName("subject");
            token.Property(t => t.Status).HasColumnName("status");
            token.Property(t => t.Type).HasColumnName("type");
            token.Property(t => t.ReferenceId).HasColumnName("reference_id");
            token.Property(t => t.Payload).HasColumnName("payload");
            token.Property(t => t.CreationDate).HasColumnName("created_at");
            token.Property(t => t.ExpirationDate).HasColumnName("expires_at");
            token.Property(t => t.RedemptionDate).HasColumnName("redeemed_at");
            token.Property(t => t.ConcurrencyToken).HasColumnName("version").IsConcurrencyToken();
            token.Ignore(t => t.Properties);
        });
    }

    private static void Map<T>(EntityTypeBuilder<T> entity, string table)
        where T : class
    {
        entity.ToTable(table);
        entity.Property("Id").HasColumnName("id").ValueGeneratedOnAdd().HasValueGenerator<NextId>();
    }

    private sealed class NextId : ValueGenerator<long>
    {
        public override bool GeneratesTemporaryValues => false;

        public override long Next(EntityEntry entry) => ((AuthorizationDb)entry.Context).NewId();
    }

    private long NewId() => ids.Next();

    private sealed class ToSeconds()
        : ValueConverter<DateTime, long>(
            time => new DateTimeOffset(DateTime.SpecifyKind(time, DateTimeKind.Utc)).ToUnixTimeSeconds(),
            seconds => DateTimeOffset.FromUnixTimeSeconds(seconds).UtcDateTime
        );
}

/// <summary>A client as OpenIddict sees it. Every client is confidential: it has a secret.</summary>
internal sealed class ClientRow : OpenIddictEntityFrameworkCoreApplication<long, AuthorizationRow, TokenRow>
{
    public override string? ClientType
    {
        get => OpenIddictConstants.ClientTypes.Confidential;
        set { }
    }

    /// <summary>Where a code may be sent: exactly these.</summary>
    public override string? RedirectUris
    {
        get => JsonSerializer.Serialize(RedirectAddresses.Split(' ', StringSplitOptions.RemoveEmptyEntries));
        set { }
    }

    /// <summary>What OpenIddict asks before each request: the endpoints, open to every client, and the grants of this one.</summary>
    public override string? Permissions
    {
        get =>
            JsonSerializer.Serialize<string[]>([
                OpenIddictConstants.Permissions.Endpoints.Authorization,
                OpenIddictConstants.Permissions.ResponseTypes.Code,
                OpenIddictConstants.Permissions.Endpoints.Token,
                OpenIddictConstants.Permissions.Endpoints.Revocation,
                OpenIddictConstants.Permissions.Endpoints.Introspection,
                .. Grants
                    .Split(' ', StringSplitOptions.RemoveEmptyEntries)
                    .Select(grant => OpenIddictConstants.Permissions.Prefixes.GrantType + grant),
            ]);
        set { }
    }

    /// <summary>Hash of the secret before the present one.</summary>
    public string? PreviousSecret { get; set; }

    /// <summary>Until when it is good as well, in UTC seconds.</summary>
    public long? PreviousSecretUntil { get; set; }

    public string Grants { get; set; } = "";

    public string Scopes { get; set; } = "";

    /// <summary>Separated by blanks.</summary>
    public string RedirectAddresses { get; set; } = "";

    public bool ClientMode { get; set; }

    public bool Disabled { get; set; }
}

/// <summary>A family of tokens.</summary>
internal sealed class AuthorizationRow : OpenIddictEntityFrameworkCoreAuthorization<long, ClientRow, TokenRow>;

/// <summary>A token that was issued.</summary>
internal sealed class TokenRow : OpenIddictEntityFrameworkCoreToken<long, ClientRow, AuthorizationRow>;

/// <summary>Named because OpenIddict's types ask for one; scopes are in <see cref="Scope"/>.</summary>
internal sealed class ScopeRow : OpenIddictEntityFrameworkCoreScope<long>;
