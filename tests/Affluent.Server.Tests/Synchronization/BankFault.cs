using Microsoft.AspNetCore.Http;

namespace Affluent.Server.Tests.Synchronization;

/// <summary>Something that a bank may do to a run, and what becomes of it.</summary>
/// <param name="Words">For the documentation.</param>
/// <param name="Instead">Comes before the bank's ordinary answer; false lets it through.</param>
/// <param name="Connection">How the connection stands afterwards.</param>
/// <param name="Channel">How the channel stands, and why.</param>
/// <param name="Attempts">How often the run was taken up.</param>
internal sealed record BankFault(
    string Words,
    Func<HttpContext, Task<bool>> Instead,
    string Connection,
    string Channel,
    int Attempts
)
{
    /// <summary>What the bank does when it is linked; null: nothing unusual.</summary>
    public Func<HttpContext, Task<bool>>? Before { get; init; }

    private const string Accounts = "/psd2/v1/accounts";
    private const string Token = "/token";
    private const string OwnAnswer = """{ "error": "FORBIDDEN", "message": "Not this account" }""";

    private const string TwoAccounts = """
        { "accounts": [
          { "resourceId": "A", "accountId": { "iban": "FR7630001007941234567890185", "currency": "EUR" }, "cashAccountType": "CACC",
            "balances": [ { "balanceType": "CLBD", "balanceAmount": { "amount": "1.00", "currency": "EUR" } } ] },
          { "resourceId": "B", "accountId": { "iban": "FR7630004000031234567890143", "currency": "EUR" }, "cashAccountType": "CACC",
            "balances": [ { "balanceType": "CLBD", "balanceAmount": { "amount": "2.00", "currency": "EUR" } } ] } ] }
        """;

    private const string OneRowWithoutAmount = """
        { "transactions": [
          { "resourceId": "t1", "entryReference": "t1", "status": "BOOK", "creditDebitIndicator": "CRDT", "bookingDate": "2026-03-02",
            "transactionAmount": { "amount": "5.00", "currency": "EUR" }, "remittanceInformation": [ "A" ] },
          { "resourceId": "t2", "entryReference": "t2", "status": "BOOK", "creditDebitIndicator": "CRDT", "bookingDate": "2026-03-02",
            "transactionAmount": { "amount": "many", "currency": "EUR" }, "remittanceInformation": [ "B" ] } ] }
        """;

    private const string NamesItself = """
        { "transactions": [], "_links": { "next": { "href": "/psd2/v1/accounts/A/transactions?page=2" } } }
        """;

    /// <summary>All that are tried.</summary>
    public static IReadOnlyList<BankFault> All { get; } =
    [
        new("answers 503", On(Accounts, 503), "FAILED", "FAILED bank_unavailable", 4),
        new(
            "answers by a gateway's page for people, whatever its status (403)",
            On(Accounts, 403, "<html>Forbidden</html>", "text/html"),
            "FAILED",
            "FAILED bank_unavailable",
            4
        ),
        new("hangs up in the middle of an answer", On(Accounts, HangUp), "FAILED", "FAILED bank_unavailable", 4),
        new("never answers", On(Accounts, Wait), "FAILED", "FAILED bank_unavailable", 4),
        new(
            "wants to be asked in an hour (429, `Retry-After`)",
            On(
                Accounts,
                context =>
                {
                    context.Response.Headers.RetryAfter = "3600";
                    context.Response.StatusCode = 429;
                    return Task.CompletedTask;
                }
            ),
            "FAILED",
            "FAILED rate_limited",
            4
        ),
        new("answers what is no JSON", On(Accounts, 200, "{ broken"), "FAILED", "FAILED bank_unavailable", 4),
        new(
            "has taken the consent back (`invalid_grant`)",
            On(Token, 400, """{ "error": "invalid_grant" }"""),
            "FAILED",
            "TOKEN_EXPIRED consent_expired",
            1
        ),
        new(
            "does not know the client any more (`invalid_client`)",
            On(Token, 401, """{ "error": "invalid_client" }"""),
            "FAILED",
            "FAILED operator_fault",
            1
        ),
        new(
            "refuses every account by an answer of its own (403)",
            On("/transactions", 403, OwnAnswer),
            "FAILED",
            "FAILED accounts_refused",
            1
        ),
        new(
            "refuses its own new token for every account (401), though not for their list",
            On("/transactions", 401),
            "FAILED",
            "TOKEN_EXPIRED consent_expired",
            1
        ),
        new("refuses the list without a word (403)", On(Accounts, 403), "FAILED", "FAILED bank_unavailable", 4),
        new(
            "does not know its own token endpoint (an empty 404)",
            On(Token, 404),
            "FAILED",
            "FAILED bank_unavailable",
            4
        ),
        new(
            "sends a row that cannot be kept",
            On("/transactions", 200, OneRowWithoutAmount),
            "PARTIAL_SUCCESS",
            "SUCCESS",
            1
        ),
        new("names a page as the one after itself", On("/transactions", 200, NamesItself), "SUCCESS", "SUCCESS", 1),
        new(
            "refuses one of two accounts",
            async context =>
                await On(Accounts, 200, TwoAccounts)(context)
                || await On("/accounts/B/transactions", 403, OwnAnswer)(context),
            "PARTIAL_SUCCESS",
            "SUCCESS",
            1
        )
        {
            Before = On(Accounts, 200, TwoAccounts),
        },
    ];

    private static Func<HttpContext, Task<bool>> On(
        string pathEnd,
        int status,
        string body = "",
        string type = "application/json"
    ) =>
        On(
            pathEnd,
            context =>
            {
                context.Response.StatusCode = status;
                context.Response.ContentType = type;
                return context.Response.WriteAsync(body);
            }
        );

    private static Func<HttpContext, Task<bool>> On(string pathEnd, Func<HttpContext, Task> answer) =>
        async context =>
        {
            if (context.Request.Path.Value?.EndsWith(pathEnd, StringComparison.Ordinal) != true)
            {
                return false;
            }
            await answer(context);
            return true;
        };

    private static async Task HangUp(HttpContext context)
    {
        context.Response.ContentLength = 1000;
        await context.Response.WriteAsync("{ \"accounts\": [");
        await context.Response.Body.FlushAsync();
        context.Abort();
    }

    private static Task Wait(HttpContext context) =>
        Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.RequestAborted);
}
