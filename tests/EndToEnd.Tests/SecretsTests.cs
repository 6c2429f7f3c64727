using System.Text;
using Affluent.Server.Tests.Harness;
using EndToEnd.Tests.Harness;
using Xunit;

namespace EndToEnd.Tests;

/// <summary>After a whole life over both channels, nothing secret stands anywhere in the database, the logs or what collectors get.</summary>
public sealed class SecretsTests
{
    private const string Login = "customer-4c7f20";
    private const string BankPassword = "bank-Passw0rd-93b1e7";
    private const string OneTimeCode = "7392018546";
    private const string Owner = "OPHELIE VANDERSTRAETEN";
    private const string Iban = "FR7630099000120004127653080";

    private const string File = $"""
        CREDENTIALS|{Login}|{BankPassword}
        CREDENTIALS_OWNER|{Owner}
        CHALLENGE|otp|{OneTimeCode}|06 XX XX XX 01
        ACCOUNT|secretsecre1|00049977|01/08/26|48151.62|Checkings||false|{Owner}|Compte Vanderstraeten|||{Iban}|EUR
        TRANSACTION|-9317.43|31/07/26|CB JOAILLERIE PLACE VENDOME
        """;

    [Theory, OnBothDatabases]
    public async Task Neither_database_nor_logs_nor_exports_hold_a_secret_after_a_run_over_both_channels(
        DatabaseKind kind
    )
    {
        await using var listener = new Listener();
        await using var collector = await Collector.Start();
        var metrics = $"http://127.0.0.1:{ServerProcess.FreePort()}";
        await using var installation = await Installation.Start(
            kind,
            throughProxy: listener.Start,
            [
                "--log-level",
                "debug",
                "--log-form",
                "json",
                "--otlp-endpoint",
                collector.Address,
                "--metrics-listen",
                metrics,
            ]
        );
        await using var files = await FileSite.Start();
        var file = files.Put($"{Guid.NewGuid():N}.txt", Encoding.UTF8.GetBytes(File));
        using var customer = await Customer.Of(installation);

        // EMBEDDED over the API, with a code; once more with the stored session.
        var embedded = await customer.Connect(Login, BankPassword, file);
        await customer.Question(embedded);
        await customer.AnswerCode(embedded, OneTimeCode);
        await customer.Succeeded(embedded);
        await customer.Synchronize(embedded);
        await customer.Succeeded(embedded);

        // REDIRECT over the API.
        var user = new WidgetWalk(Login, BankPassword, file, OneTimeCode);
        var back = new Uri(installation.ClientSite, "/back");
        var (redirect, authorize) = await customer.ConnectByRedirect(back);
        Assert.NotNull(await user.From(authorize, back));
        await customer.Succeeded(redirect);

        // Through the widget.
        var widget = await customer.OpenWidget();
        Assert.NotNull(await user.From(new Uri($"{widget}&redirect_url={back}&locale=en_GB"), back));

        var secrets = new Dictionary<string, string>(listener.Secrets, StringComparer.Ordinal)
        {
            [BankPassword] = "the bank password",
            [OneTimeCode] = "the one-time code",
            [Login] = "the bank login",
            [file] = "the address of the file, which is a credential",
            [customer.Password] = "the user's password",
            [installation.ClientSecret] = "the client's secret",
            [widget.Split("session_id=")[1].Split('&')[0]] = "the id of the widget session",
        };
        customer.Tokens.ForEach(token => secrets[token] = "a token of the user or client");
        Assert.Contains("a cookie of the bank", secrets.Values);
        Assert.Contains("a code of the bank's OAuth2", secrets.Values);
        Assert.Contains("a token of the bank's OAuth2", secrets.Values);

        var stored = await installation.Database.StoredText();
        // The search finds what is there in plain form.
        Assert.Contains(Iban, stored, StringComparison.Ordinal);

        Assert.Empty(Found(secrets, "the database", stored));
        using var http = new HttpClient();
        var exported = await http.GetStringAsync($"{metrics}/metrics", TestContext.Current.CancellationToken);
        await installation.Server.Stop();
        exported += collector.Text;
        // The searches see what was logged and exported.
        Assert.Contains("\"event_id\":5301", installation.Logs, StringComparison.Ordinal);
        Assert.Contains("step list_transactions", exported, StringComparison.Ordinal);
        Assert.Contains("affluent_bank_duration_seconds", exported, StringComparison.Ordinal);
        Assert.Empty(Found(secrets, "the logs", installation.Logs));
        Assert.Empty(Found(secrets, "the exports", exported));
        var personal = new[]
        {
            Owner,
            "VANDERSTRAETEN",
            "Vanderstraeten",
            Iban,
            // In each form in which an amount could be written; fewer digits would be found in ids.
            "48151.62",
            "48151,62",
            "4815162",
            "9317.43",
            "9317,43",
            "931743",
            "JOAILLERIE",
            customer.Email,
        }.ToDictionary(text => text, text => $"'{text}'", StringComparer.Ordinal);
        Assert.Empty(Found(personal, "the logs", installation.Logs));
        Assert.Empty(Found(personal, "the exports", exported));
    }

    private static IEnumerable<string> Found(Dictionary<string, string> wanted, string place, string text) =>
        from secret in wanted
        where text.Contains(secret.Key, StringComparison.Ordinal)
        select $"{secret.Value} is in {place}";
}
