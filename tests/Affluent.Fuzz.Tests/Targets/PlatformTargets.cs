using System.Security.Cryptography;
using System.Text;
using Affluent.Server.Authorization;
using Affluent.Server.Platform;
using Affluent.Server.SimpleFin;
using Affluent.Server.Storage;
using Affluent.Server.Transactions;
using Affluent.Server.Users;
using Dapper;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http.Features;
using Npgsql;

namespace Affluent.Fuzz.Tests.Targets;

/// <summary>The platform's own ground: settings, keys, ids, parameters.</summary>
internal static class PlatformTargets
{
    private const string Secret = ConnectorSteps.Secret;
    private static readonly byte[] Key = SHA256.HashData("key"u8);
    private static readonly byte[] Purpose = "purpose"u8.ToArray();
    private static readonly UserKey UserKey = new(new UserId(7), Key);

    public static IEnumerable<FuzzTarget> All =>
        [
            FuzzTarget.OfBytes("settings-file", SettingsFile, SettingsText, "[]"),
            FuzzTarget.OfText("settings-values", SettingsValue, SettingsValues),
            FuzzTarget.OfText("ids", Id, "123456789012345678", "7"),
            FuzzTarget.OfText(
                "query-parameters",
                Parameters,
                "account_id=12&start_date=1767225600&min_amount=-12.50&included=BOOKED,PENDING&countries=FRA,BEL&page=2&limit=500&account_ids=12,13&start_time=2026-03-01T00:00:00%2B01:00&q=caf%C3%A9&word=name",
                "included=BOOKED&included=OTHER&start_date=-62135596800&min_amount=79228162514264337593543950335&page=2147483647"
            ),
            FuzzTarget.OfText(
                "transaction-cursor",
                Cursor,
                new TransactionCursor(20_000, new TransactionId(12)).Text()
            ),
            FuzzTarget.OfText(
                "simplefin-credentials",
                Credentials,
                $"Basic {Convert.ToBase64String("123456789012345678:Az09"u8)}",
                "basic Og==",
                "Bearer x"
            ),
            FuzzTarget.OfText("return-place", BankReturn, "enable_banking", "471201", "../471201"),
            FuzzTarget.OfText("change-cursor", Place, new ChangeCursor(17, new TransactionId(12)).Text()),
            FuzzTarget.OfBytes("vault-envelope", Envelope, "plain text"),
            FuzzTarget.OfText("master-key", MasterKeyFile, Convert.ToBase64String(Key), "# made by hand\nAAAA"),
            FuzzTarget.OfText("signing-key", SigningKeyFile, Pem),
            FuzzTarget.OfText(
                "password-hash",
                Hash,
                "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA==$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
            ),
            FuzzTarget.OfText(
                "email-and-password",
                NewUser,
                "zoe.martin@mail.example\nharvest-of-7-pears",
                " A@b.c \nx"
            ),
            FuzzTarget.OfText(
                "migration",
                Script,
                "-- no transaction\ndrop index x;\ncreate index x on t (a);\n",
                "select 1;\r\nselect 2"
            ),
            FuzzTarget.OfText(
                "client-redirects",
                Redirects,
                "https://app.example/back?x=1\nhttp://localhost:3000\nhttps://xn--caf-dma.example:8443/",
                "https://café.example"
            ),
        ];

    private static object? BankReturn(string text)
    {
        var place = ReturnPlace.Read(text);
        Promise.Holds(
            place is null || (place.ToString() == text && Uri.EscapeDataString(text) == text),
            "a place stands in an address as it is"
        );
        return place is null;
    }

    private static object? SettingsFile(ReadOnlyMemory<byte> file)
    {
        var path = TemporaryFile.With(file.Span);
        var reading = SettingsReader.Read(path, new Dictionary<string, string>(), new Dictionary<string, string>());
        return (Promise.Few(reading.Faults.Count), Shown(reading));
    }

    private static object? SettingsValue(string text)
    {
        if (
            text.Split('=', 2) is not [var name, var value]
            || SettingList.All.FirstOrDefault(s => s.Name == name) is not { } setting
        )
        {
            // Others set variables too.
            var variables = new Dictionary<string, string> { ["AFFLUENT_" + text.ToUpperInvariant()] = "x" };
            return SettingsReader.Read(null, variables, new Dictionary<string, string>()).Faults.Count;
        }
        var options = new Dictionary<string, string> { [name] = value };
        var reading = SettingsReader.Read(null, new Dictionary<string, string> { [setting.Variable] = "x" }, options);
        var shown = setting.Show(reading.Settings);
        if (reading.Faults.Count == 0 && shown is not null && !shown.Contains("***", StringComparison.Ordinal))
        {
            var again = SettingsReader.Read(
                null,
                new Dictionary<string, string>(),
                new Dictionary<string, string> { [name] = shown }
            );
            Promise.Holds(
                again.Faults.Count == 0 && setting.Show(again.Settings) == shown,
                "a setting survives being shown and read"
            );
        }
        return (name, Promise.Few(reading.Faults.Count), Shown(reading));
    }

    // The last of two options of one name counts, and the first is shown: the same word may be a user's name there.
    private static bool StandsInAnotherOption(string address) =>
        address.IndexOf('?', StringComparison.Ordinal) is >= 0 and var options
        && address[(options + 1)..]
            .Split('&', '#')
            .Select(option => option.Split('=', 2))
            .Any(option =>
                option.Length == 2
                && !PostgresDatabase.IsPassword(Uri.UnescapeDataString(option[0]))
                && Uri.UnescapeDataString(option[1]).Contains(Secret, StringComparison.Ordinal)
            );

    /// <summary>What check-config shows must hold no password, and all that a start derives must be there.</summary>
    private static string Shown(SettingsReading reading)
    {
        var settings = reading.Settings;
        var database = SettingList.All.Single(s => s.Name == "database").Show(settings)!;
        if (
            settings.Database.Contains("://", StringComparison.Ordinal)
            && Uri.TryCreate(settings.Database, UriKind.Absolute, out var url)
        )
        {
            var connection = new NpgsqlConnectionStringBuilder(PostgresDatabase.ConnectionString(url));
            Promise.Holds(
                connection.Password?.Contains(Secret, StringComparison.Ordinal) != true
                    || $"{connection.Host} {connection.Username} {connection.Database} {connection.ApplicationName}".Contains(
                        Secret,
                        StringComparison.Ordinal
                    )
                    || StandsInAnotherOption(settings.Database)
                    || !Uri.UnescapeDataString(database).Contains(Secret, StringComparison.Ordinal),
                "a password of the database is not shown"
            );
        }
        if (reading.Faults.Count == 0)
        {
            _ = new Addresses(settings, new NoServer()).Auth;
        }
        return string.Concat(SettingList.All.Select(s => s.Show(settings) is null ? '-' : '+'));
    }

    private static object? Id(string text)
    {
        var read = Ids.TryRead<ConnectionId>(text, out var id);
        Promise.Holds(!read || (id.Value > 0 && text.All(char.IsAsciiDigit)), "an id is digits and nothing else");
        Promise.Holds(
            !read || (Ids.TryRead<ConnectionId>(id.ToString(), out var again) && again == id),
            "an id survives being written and read"
        );
        return read;
    }

    private static object? Parameters(string query)
    {
        var source = new ParameterSource(Request.Of(query).Request);
        var account = source.Read(Parameter.Id<AccountId>("account_id", "m"));
        var date = source.Read(Parameter.Seconds("start_date", "m"));
        var accounts = source.Read(Parameter.SomeIds<AccountId>("account_ids", "m"));
        var time = source.Read(Parameter.Time("start_time", "m"));
        var amount = source.Read(Parameter.Amount("min_amount", "m"));
        var included = source.Read(Parameter.SomeOf<Ledger.TransactionStatus>("included", "m"));
        var countries = source.Read(Parameter.Countries("countries", "m"));
        var text = source.Read(Parameter.Text("q", "m"));
        var word = source.Read(Parameter.OneOf("word", "m", Affluent.Server.Accounts.AccountOrder.Words));
        var status = source.Read(Parameter.OneOf<Ledger.TransactionStatus>("status", "m"));
        var events = source.Read(Affluent.Server.Events.EventFilter.Parameter);
        var page = source.Page(new Paging(100, 500));
        Promise.Holds(page.Number >= 1 && page.Limit is >= 1 and <= 500 && page.Skip >= 0, "a page has a place");
        _ = Affluent.Server.Accounts.AccountOrder.Read(word);
        if ((time ?? date) is { } seconds)
        {
            _ = ParisDay.Start(ParisDay.Of(seconds));
        }
        foreach (
            var bound in amount is null ? [] : new[] { AmountBound.AtLeast, AmountBound.AtMost, AmountBound.Exactly }
        )
        {
            bound.Add(new DynamicParameters(), amount!.Value);
        }
        Promise.Holds(
            text?.Contains('\0', StringComparison.Ordinal) != true
                && !(countries ?? []).Any(c => c.Contains('\0', StringComparison.Ordinal)),
            "no parameter holds what no database keeps"
        );
        Promise.Holds(source.Problem is null or { Status: 400 }, "a wrong parameter is the caller's fault");
        return (
            account is null,
            accounts?.Count,
            date is null,
            time is null,
            amount is null,
            included?.Count,
            status,
            events?.Names.Count,
            source.Problem?.Parameter
        );
    }

    private static object? Cursor(string text)
    {
        var cursor = TransactionCursor.Read(text);
        Promise.Holds(
            cursor is null || TransactionCursor.Read(cursor.Text()) == cursor,
            "a cursor survives being written and read"
        );
        return cursor is null ? -1 : Math.Sign(cursor.Day);
    }

    private static object? Credentials(string header)
    {
        var read = SimpleFinSecrets.Read(header);
        if (read is not var (id, password))
        {
            return null;
        }
        Promise.Holds(id.Value > 0 && password.Value.Length > 0, "credentials are an id and a password");
        var written = Convert.ToBase64String(Encoding.UTF8.GetBytes($"{id}:{password.Value}"));
        Promise.Holds(
            !password.Value.All(char.IsAscii) || SimpleFinSecrets.Read($"Basic {written}") == read,
            "credentials survive being written and read"
        );
        return password.Value.Contains(':', StringComparison.Ordinal);
    }

    private static object? Place(string text)
    {
        var place = ChangeCursor.Read(text);
        Promise.Holds(
            place is null || ChangeCursor.Read(place.Value.Text()) == place,
            "a place in the changes survives being written and read"
        );
        return place is null;
    }

    private static object? Envelope(ReadOnlyMemory<byte> input)
    {
        var (opened, _) = Promise.OrThrows<CryptographicException, byte[]>(() =>
            Vault.Open(Key, input.ToArray(), Purpose)
        );
        Promise.Holds(opened is null, "nothing opens that was not sealed");
        var envelope = Vault.Seal(Key, input.Span, Purpose);
        Promise.Holds(Vault.Open(Key, envelope, Purpose).AsSpan().SequenceEqual(input.Span), "what was sealed opens");
        envelope[input.Length % envelope.Length] ^= 1;
        Promise.Holds(
            Promise.OrThrows<CryptographicException, byte[]>(() => Vault.Open(Key, envelope, Purpose)).Value is null,
            "what was changed does not open"
        );
        var text = System.Text.Encoding.UTF8.GetString(input.Span);
        Promise.Holds(UserKey.Open(UserKey.Seal(text, "a"), "a") == text, "a text that was sealed opens");
        return input.Length > 28;
    }

    private static object? MasterKeyFile(string text)
    {
        var path = TemporaryFile.With(InputText.Encode(text));
        var (key, refusal) = Promise.OrThrows<KeyFileException, MasterKey>(() =>
            MasterKey.Load(path, mayCreate: false)
        );
        Promise.Holds(
            refusal?.Message.Contains(Convert.ToBase64String(Key), StringComparison.Ordinal) != true,
            "no key is told"
        );
        return key?.Derive("a").Length;
    }

    private static object? SigningKeyFile(string text)
    {
        var path = TemporaryFile.With(InputText.Encode(text));
        var (key, _) = Promise.OrThrows<KeyFileException, Microsoft.IdentityModel.Tokens.ECDsaSecurityKey>(() =>
            SigningKey.Load(path, mayCreate: false)
        );
        return key?.KeySize;
    }

    private static object? Hash(string text)
    {
        var (parsed, refusal) = Promise.OrThrows<FormatException, object>(() => PasswordTurn.Parse(text));
        return (parsed is null, refusal is null);
    }

    private static object? NewUser(string text)
    {
        var (email, password) = text.Split('\n', 2) is [var first, var rest] ? (first, rest) : (text, "");
        Promise.Holds(Email.Key(Email.Key(email)) == Email.Key(email), "a key of an address stays as it is");
        var plausible = Email.IsPlausible(email);
        Promise.Holds(!plausible || email.Trim().Count(c => c == '@') == 1, "an address has one @");
        return (plausible, Passwords.Weakness(password));
    }

    private static object? Script(string sql)
    {
        var migration = new Migration(1, "001_x", sql);
        _ = migration.Checksum;
        var kept = string.Concat(migration.Statements.SelectMany(s => s).Where(Counts));
        Promise.Holds(kept == string.Concat(sql.Where(Counts)), "no statement is lost");
        return (migration.InTransaction, Promise.Few(migration.Statements.Count));

        static bool Counts(char c) => !char.IsWhiteSpace(c) && c != ';';
    }

    private static object? Redirects(string text)
    {
        var lines = text.Split('\n');
        foreach (var kind in Enum.GetValues<InstallationKind>())
        {
            var (client, error) = new NewClient("name", ["password"], ["profile"], lines, false).Check(kind);
            Promise.Holds(client is null != error is null, "a client is made, or something is wrong");
            Promise.Holds(
                client is null || lines.All(line => client.AllowsRedirect(new Uri(line))),
                "a client may send its users where it said"
            );
            Promise.Holds(
                client?.RedirectOrigins.Split(' ').All(origin => Uri.TryCreate(origin, UriKind.Absolute, out _))
                    != false,
                "origins can be told apart"
            );
        }
        return lines.Length;
    }

    private static readonly string Pem = MakePem();

    private static string MakePem()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return key.ExportPkcs8PrivateKeyPem();
    }

    private const string SettingsText = """
        { // comments are welcome
          "environment": "sandbox", "roles": ["auth", "api"], "listen": "http://127.0.0.1:5100;https://0.0.0.0:443",
          "database": "postgres://affluent:S3CRET@db.example:5432/affluent?sslmode=verify-full", "proxies": ["10.0.0.0/8", "::1"],
          "auth_url": "https://auth.example", "api_url": "https://example.com/api", "test_bank_listen": "off", "test_bank_url": "http://127.0.0.1:5200",
          "tls_certificate_file": "cert.pem", "catalogue_folder": "banks", "data_directory": "data", }
        """;

    private static readonly string[] SettingsValues =
    [
        "environment=production",
        "roles=auth,api,embed,worker",
        "listen=http://127.0.0.1:5100;http://unix:/run/a.sock",
        "database=postgres://affluent:S3CRET@db.example:5432/affluent?sslmode=require",
        "database=postgres://db.example/affluent?password=S3CRET&Username=u",
        "database=data/affluent.db",
        "proxies=10.0.0.0/8,127.0.0.1,fd00::/8",
        "auth_url=https://auth.example/auth",
        "embed_url=https://embed.example/",
        "test_bank_listen=http://127.0.0.1:5200;http://[::1]:5201",
        "test_bank_url=https://bank.example",
        "tls_key_file=key.pem",
        "test_bank_scenario=x.json",
        "master_key_file=/etc/k",
        "liste",
    ];

    /// <summary>One that does not listen yet.</summary>
    private sealed class NoServer : IServer
    {
        public IFeatureCollection Features { get; } = new FeatureCollection();

        public Task StartAsync<TContext>(IHttpApplication<TContext> application, CancellationToken cancellationToken)
            where TContext : notnull => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public void Dispose() { }
    }
}
