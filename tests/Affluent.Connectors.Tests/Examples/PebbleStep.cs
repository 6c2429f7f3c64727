using System.Net.Http.Headers;
using System.Text.Json;
using Affluent.Connectors.Contract;
using Affluent.Connectors.Http;
using Affluent.Connectors.Reading;

namespace Affluent.Connectors.Tests.Examples;

/// <summary>One step at a bank: what is asked, in which order, and what each answer comes to.</summary>
internal sealed class PebbleStep(StepContext context)
{
    private PebbleSession _session = PebbleSession.Read(context.Session);

    public async Task<StepResult> ListAccounts(CancellationToken cancellation)
    {
        var (answer, ended) = await Get("accounts", cancellation);
        if (ended is not null)
        {
            return ended;
        }
        BankAccount?[] accounts = [.. answer!.Value.Items("accounts").Select(PebbleReading.Account)];
        return accounts.Length > 0 && accounts.All(account => account is null)
            ? Refused(Refusal.NotUnderstood, "no account of the list can be read")
            : new StepResult.Page { Session = Session, Accounts = [.. accounts.OfType<BankAccount>()] };
    }

    public async Task<StepResult> ListTransactions(PebblePlace? place, CancellationToken cancellation)
    {
        if (place is null)
        {
            return Refused(Refusal.NotUnderstood, "the place to go on from is not one of this connector");
        }
        var (answer, ended) = await Get(
            $"accounts/{Uri.EscapeDataString(place.Account)}/movements?page={place.Page}&from={place.From:yyyy-MM-dd}",
            cancellation
        );
        if (ended is not null)
        {
            return ended;
        }
        ReportEntry[] rows =
        [
            .. answer!.Value.Items("movements").Select(r => PebbleReading.Movement(r, place.Currency)),
        ];
        if (rows.Length > 0 && rows.All(row => row.Transaction is null))
        {
            return Refused(Refusal.NotUnderstood, $"no movement of page {place.Page} can be read");
        }
        int? next = answer.Value.Decimal("next") is { } number && number == place.Page + 1 ? place.Page + 1 : null;
        if (next is null && answer.Value.Item("next") is not null || next > BankLimits.MostPages)
        {
            return Refused(Refusal.NotUnderstood, $"page {place.Page} does not lead to the page after it");
        }
        return new StepResult.Page
        {
            Session = Session,
            Transactions = [.. rows.Select(row => row.Transaction).OfType<BankTransaction>()],
            Unreadable = [.. rows.Where(row => row.Transaction is null).Select(row => row.Fault)],
            Next = next is null ? null : (place with { Page = next.Value }).Write(),
        };
    }

    public async Task<StepResult> AcceptCode(string code, CancellationToken cancellation)
    {
        if (_session.Challenge is not { } challenge)
        {
            return Refused(Refusal.NotUnderstood, "nobody asked for a code");
        }
        // The bank takes a code once: from here on it is spent, whatever happens to this node.
        _session = new PebbleSession();
        await context.Keep(Session);
        using var request = Post("codes", ("challenge", challenge), ("code", code));
        var answer = await context.Http.Exchange(request, Json.Read, cancellation);
        if (answer.RetryLater(Session, context.Now) is { } later)
        {
            return later;
        }
        return answer.Status is 401 or 403
                ? Refused(Refusal.ChallengeFailed, $"the bank refuses the code ({answer.Status})")
            : await Open(answer.Body?.Parse()) ? new StepResult.Done { Session = Session }
            : Refused(Refusal.NotUnderstood, $"the bank answers {answer.Status} to a code, and no token");
    }

    /// <summary>Null: the way is open.</summary>
    private async Task<StepResult?> SignIn(CancellationToken cancellation)
    {
        string? Of(string name) =>
            context.Channel.Credentials.FirstOrDefault(field => field.Name == name) is { } field
                ? context.Credentials.GetValueOrDefault(field.Id)
                : null;

        if (Of("name") is not { Length: > 0 } name || Of("password") is not { Length: > 0 } password)
        {
            return new StepResult.AskUser(new Question.Credentials()) { Session = Session };
        }
        using var request = Post("login", ("name", name), ("password", password));
        var answer = await context.Http.Exchange(request, Json.Read, cancellation);
        if (answer.RetryLater(Session, context.Now) is { } later)
        {
            return later;
        }
        if (answer.Status == 401)
        {
            // Never a second time: three failures lock people out.
            return Refused(Refusal.WrongCredentials, "the bank refuses name and password");
        }
        var said = answer.IsSuccess ? answer.Body?.Parse() : null;
        if (await Open(said))
        {
            return null;
        }
        if (said?.Text("challenge") is not { } challenge)
        {
            return Refused(Refusal.NotUnderstood, $"the bank answers {answer.Status} to a login, and no token");
        }
        _session = new PebbleSession(Challenge: challenge);
        return new StepResult.AskUser(
            new Question.OneTimePassword(said?.Text("sent_to"), Length: 6, Digits: true, ExpiresAt: null, Retry: false)
        )
        {
            Session = Session,
        };
    }

    /// <summary>Takes the token of an answer; false: it has none that could stand in a header.</summary>
    private async Task<bool> Open(JsonElement? answer)
    {
        if (answer?.Text("token") is not { } token || token.Any(c => c is <= ' ' or > '~'))
        {
            return false;
        }
        _session = new PebbleSession(token);
        // The bank says it once.
        await context.Keep(Session);
        return true;
    }

    /// <summary>What the bank says at a path, or what the step ends with.</summary>
    private async Task<(JsonElement? Answer, StepResult? Ended)> Get(string path, CancellationToken cancellation)
    {
        var signedInNow = _session.Token is null;
        if (signedInNow && await SignIn(cancellation) is { } stopped)
        {
            return (null, stopped);
        }
        using var request = new HttpRequestMessage(HttpMethod.Get, Address(path));
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", _session.Token);
        var answer = await context.Http.Exchange(request, Json.Read, cancellation);
        if (answer.Status == 401 && !signedInNow)
        {
            // The token has ended: the password opens the way anew, once.
            _session = new PebbleSession();
            return await Get(path, cancellation);
        }
        if (answer.RetryLater(Session, context.Now) is { } later)
        {
            return (null, later);
        }
        return answer.IsSuccess && answer.Body?.Parse() is { ValueKind: JsonValueKind.Object } said
            ? (said, null)
            : (
                null,
                answer.Status is 403 or 404
                    ? Refused(Refusal.AccountRefused, $"the bank answers {answer.Status}")
                    : Refused(Refusal.NotUnderstood, $"the bank answers {answer.Status}, and no object")
            );
    }

    private string Session => _session.Write();

    private Uri Address(string path) => new($"{context.Channel.Settings["api_url"].TrimEnd('/')}/{path}");

    private HttpRequestMessage Post(string path, params (string Name, string Value)[] fields) =>
        new(HttpMethod.Post, Address(path))
        {
            Content = new FormUrlEncodedContent(fields.Select(field => KeyValuePair.Create(field.Name, field.Value))),
        };

    private StepResult.Refused Refused(Refusal reason, string detail) => new(reason, detail) { Session = Session };
}
