using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Affluent.Connectors.Contract;
using Affluent.Server.Authorization;
using Affluent.Server.Connections;
using Affluent.Server.Jobs;
using Affluent.Server.Platform;
using Affluent.Server.Users;
using Affluent.Server.Widget;
using Microsoft.AspNetCore.Http;

namespace Affluent.Fuzz.Tests.Targets;

/// <summary>What clients and browsers send to the server, beside queries.</summary>
internal static class RequestTargets
{
    private const string Secret = ConnectorSteps.Secret;

    private static readonly ChannelDefinition Channel = new()
    {
        Id = new ChannelDefinitionId("100"),
        Mode = ChannelMode.Embedded,
        Connector = "website",
        AccountTypes = [BankAccountType.Checkings],
        Credentials =
        [
            new("300", "login", new Dictionary<string, string>(), CredentialType.Text, Regexp: "[0-9]{3,8}"),
            new("301", "password", new Dictionary<string, string>(), CredentialType.Pwd),
            new("302", "file_url", new Dictionary<string, string>(), CredentialType.Text, Optional: true),
        ],
    };

    private static readonly Question[] Asked =
    [
        new Question.Credentials(),
        new Question.OneTimePassword("SMS", 6, true, null, false),
        new Question.OneTimePassword(null, null, false, null, true),
        new Question.AppApproval(null, TimeSpan.FromSeconds(5), null),
        new Question.Redirect(new Uri("https://bank.example")),
        new Question.SiteAction(null, null),
    ];

    public static IEnumerable<FuzzTarget> All =>
        [
            FuzzTarget.OfBytes(
                "request-create-user",
                Message(UserJson.Default.CreateUserMessage),
                Json("""{ "email": "zoe@mail.example", "password": "harvest-of-7-pears" }""")
            ),
            FuzzTarget.OfBytes(
                "request-edit-user",
                Message(UserJson.Default.EditUserMessage),
                Json(
                    """{ "first_name": "Zoé", "last_name": "", "email": null, "password": "harvest-of-7-pears", "current_password": "x" }"""
                )
            ),
            FuzzTarget.OfBytes(
                "request-create-connection",
                Message(ConnectionEditJson.Default.CreateConnectionMessage),
                Json(
                    """{ "provider_id": "87", "channel_definition_id": "8701", "credentials": [ { "id": "300", "value": "1" } ], "redirect_url": "https://app.example/back", "auto_sync": false, "consent_per_account": true }"""
                )
            ),
            FuzzTarget.OfBytes(
                "request-widget-session",
                Message(WidgetJson.Default.WidgetSessionRequest),
                Json("""{ "access_token": "a", "client_id": "b", "client_secret": "c", "refresh_token": "d" }""")
            ),
            FuzzTarget.OfBytes(
                "request-values",
                Values,
                Json(
                    """{ "credentials": [ { "id": "300", "value": "12345" }, { "id": "301", "value": "S3CRET" } ], "values": { "otp": "123456" } }"""
                ),
                Json(
                    """{ "credentials": { "login": 12345, "password": "S3CRET" }, "values": [ { "id": "otp", "value": 123456 } ] }"""
                )
            ),
            FuzzTarget.OfBytes(
                "request-token",
                Token,
                Json(
                    """{ "grant_type": "password", "client_id": "a", "client_secret": "b", "username": "zoe@mail.example", "password": "harvest-of-7-pears", "scope": null, "n": 3 }"""
                ),
                "application/x-www-form-urlencoded\ngrant_type=client_credentials&client_id=a&client_secret=b%20c&scope="
            ),
            FuzzTarget.OfBytes(
                "request-form",
                Form,
                "application/x-www-form-urlencoded\ntoken=abc&do=credentials&login=Zo%C3%A9+M&login=x",
                "multipart/form-data; boundary=b\n--b\r\nContent-Disposition: form-data; name=\"token\"\r\n\r\nabc\r\n--b--\r\n"
            ),
            FuzzTarget.OfText(
                "request-headers",
                Headers,
                "PSU-IP-Address: 203.0.113.7\nPSU-User-Agent: Mozilla/5.0\nPSU-Accept-Language: fr-FR\nAccept-Language: fr;q=0.5, en-GB;q=0.8, *;q=0",
                "User-Agent: x\nAccept-Language: en\nPSU-IP-Address: ::ffff:1.2.3.4"
            ),
            FuzzTarget.OfText(
                "request-access-token",
                AccessToken,
                "eyJhbGciOiJFUzI1NiIsInR5cCI6ImF0K2p3dCJ9.eyJpc3MiOiJodHRwczovL2F1dGguZXhhbXBsZSIsImV4cCI6MX0.AAAA"
            ),
        ];

    /// <summary>A body of one kind of message: the message, or a problem of the caller.</summary>
    private static Func<ReadOnlyMemory<byte>, object?> Message<T>(JsonTypeInfo<T> type)
        where T : class =>
        input =>
        {
            var message = Read(input, type);
            if (message is null)
            {
                return null;
            }
            var written = JsonSerializer.SerializeToUtf8Bytes(message, type);
            var again = Read((byte[])[.. "application/json\n"u8, .. written], type);
            Promise.Holds(
                again is not null && JsonSerializer.SerializeToUtf8Bytes(again, type).AsSpan().SequenceEqual(written),
                "a message survives being written and read"
            );
            Promise.Holds(
                typeof(T)
                    .GetProperties()
                    .All(p =>
                        p.GetValue(message) is not string text || text.IndexOf('\0', StringComparison.Ordinal) < 0
                    ),
                "no text holds what no database keeps"
            );
            return string.Concat(typeof(T).GetProperties().Select(p => p.GetValue(message) is null ? '-' : '+'));
        };

    private static T? Read<T>(ReadOnlyMemory<byte> input, JsonTypeInfo<T> type)
        where T : class
    {
        var (message, problem) = Promise.Of(Body.Read(Request.WithBody(input).Request, type));
        Promise.Holds(message is null != problem is null, "a body is read, or something is wrong with it");
        Promise.Holds(problem is null or { Status: 400 or 415 }, "a wrong body is the caller's fault");
        return message;
    }

    private static object? Values(ReadOnlyMemory<byte> input)
    {
        if (Read(input, ConnectionEditJson.Default.ValuesMessage) is not { } message)
        {
            return null;
        }
        var shapes = new[] { (message.Credentials, "credentials"), (message.Values, "values") }.Select(given =>
        {
            var (values, problem) = GivenValues.Read(given.Item1, given.Item2);
            Judge(problem, values);
            return problem is not null
                ? given.Item2
                : string.Join(',', Asked.Select(question => Answer(question, values)));
        });
        return string.Join('|', shapes);
    }

    private static string Answer(Question question, IReadOnlyDictionary<string, string> values)
    {
        var reading = AnswerForm.Read(question, Channel, values);
        if (reading is not FormReading.Good good)
        {
            Judge(FieldFaults.Problem(reading), values);
            return $"{((FormReading.Faulty)reading).Fault.Kind}";
        }
        var stored = new QuestionAnswer(good.Values, null).Write();
        Promise.Holds(QuestionAnswer.Read(stored).Write() == stored, "an answer survives being written and read");
        Promise.Holds(
            StoredCredentials
                .Read(StoredCredentials.Write(good.Values))
                .OrderBy(v => v.Key, StringComparer.Ordinal)
                .SequenceEqual(good.Values.OrderBy(v => v.Key, StringComparer.Ordinal)),
            "credentials survive being written and read"
        );
        return $"{good.Values.Count}";
    }

    private static void Judge(Problem? problem, IReadOnlyDictionary<string, string> values) =>
        Promise.Holds(
            problem is null
                || !problem.Detail.Contains(Secret, StringComparison.Ordinal)
                || values.Keys.Any(name => name.Contains(Secret, StringComparison.Ordinal)),
            "a problem never repeats a value"
        );

    private static object? Token(ReadOnlyMemory<byte> input)
    {
        var context = Request.WithBody(input);
        context.Request.Path = "/auth/token";
        IFormCollection? form = null;
        Promise.Of(
            JsonBodies.ReadAsForm(
                context,
                async passed =>
                    form = passed.Request.HasFormContentType
                        ? await passed.Request.ReadFormAsync()
                        : FormCollection.Empty
            )
        );
        Promise.Holds(
            form is not null || context.Response.StatusCode is 400 or 413,
            "a body becomes a form, or is refused"
        );
        Promise.Holds(
            form?.All(field => field.Value.All(v => !v!.Contains('\0', StringComparison.Ordinal))) != false,
            "no text holds what no database keeps"
        );
        return (form is null, Promise.Few(form?.Count ?? 0));
    }

    private static object? Form(ReadOnlyMemory<byte> input)
    {
        var context = Request.WithBody(input);
        if (!context.Request.HasFormContentType)
        {
            return null;
        }
        var (form, problem) = Promise.Of(Body.ReadForm(context.Request));
        Promise.Holds(form is null != problem is null, "a form is read, or something is wrong with it");
        Promise.Holds(
            form?.All(field =>
                !field.Key.Contains('\0', StringComparison.Ordinal)
                && field.Value.All(v => !v!.Contains('\0', StringComparison.Ordinal))
            ) != false,
            "no text holds what no database keeps"
        );
        return Promise.Few(form?.Count ?? -1);
    }

    private static readonly Caller TheClient = new(new ClientId(1), UserId: null, new HashSet<Scope>());

    private static object? Headers(string lines)
    {
        // Kestrel makes of bytes that are no UTF-8 a request that is none.
        if (Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(lines)) != lines)
        {
            return null;
        }
        var context = Request.WithHeaders(lines);
        var user = Presence.Of(context, TheClient);
        Promise.Holds(System.Net.IPAddress.TryParse(user.IpAddress, out _), "a user comes from an address");
        Promise.Holds(user.UserAgent?.Length is null or <= 300, "a header is kept as far as it is of use");
        var stored = JsonSerializer.Serialize(user, JobJson.Default.PresentUser);
        Promise.Holds(
            JsonSerializer.Deserialize(stored, JobJson.Default.PresentUser) == user,
            "a user who is there survives being written and read"
        );
        var (ours, theirs) = (Languages.Of(context.Request), Affluent.TestBank.Website.Texts.For(context).Lang);
        return (ours, theirs, user.IpAddress.Contains(':', StringComparison.Ordinal));
    }

    private static readonly AccessTokens Tokens = new(
        new SigningKeys(
            new Microsoft.IdentityModel.Tokens.ECDsaSecurityKey(
                System.Security.Cryptography.ECDsa.Create(System.Security.Cryptography.ECCurve.NamedCurves.nistP256)
            ),
            []
        ),
        new Addresses(new Settings { AuthUrl = new Uri("https://auth.example") }, null!),
        null!,
        null!,
        new Affluent.Server.Security.SecurityLog(Microsoft.Extensions.Logging.Abstractions.NullLoggerFactory.Instance),
        TimeProvider.System
    );

    private static object? AccessToken(string text)
    {
        var token = Promise.Of(Tokens.Validate(text, CancellationToken.None).AsTask());
        Promise.Holds(token is null, "a token that nobody signed is none");
        return text.Count(c => c == '.') == 2;
    }

    private static string Json(string body) => $"application/json\n{body}";
}
