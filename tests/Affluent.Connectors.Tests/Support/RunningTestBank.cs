using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Affluent.Connectors.Contract;
using Affluent.Connectors.Testing;
using Affluent.TestBank;
using AngleSharp.Html.Dom;
using AngleSharp.Html.Parser;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Time.Testing;

namespace Affluent.Connectors.Tests.Support;

/// <summary>The test bank on a port of its own, and what a person does on its pages.</summary>
internal sealed class RunningTestBank : IAsyncDisposable
{
    private readonly WebApplication _app;

    /// <summary>Where what is said from now on is kept; null: nowhere.</summary>
    public Exchanges? Exchanges { get; set; }
    private readonly IReadOnlyList<Provider> _banks;

    private RunningTestBank(WebApplication app, FakeTimeProvider clock, IReadOnlyList<Provider> banks) =>
        (_app, Clock, _banks) = (app, clock, banks);

    public FakeTimeProvider Clock { get; }

    public Uri Address => TestBankApp.Address(_app);

    /// <summary>A bank that knows our key.</summary>
    /// <param name="entries">Whether its entries of the catalogue say that it does.</param>
    public static Task<RunningTestBank> Start(string clientKey, Strictness strictness, bool entries = false) =>
        Start(null, clientKey, strictness, entries);

    /// <summary>A bank over https that wants to see the certificate of our key.</summary>
    public static Task<RunningTestBank> StartOverHttps(string clientKey, X509Certificate2 certificate) =>
        Start(null, clientKey, Strictness.Strict, entries: true, certificate);

    public static async Task<RunningTestBank> Start(
        string? scenario = null,
        string? clientKey = null,
        Strictness strictness = Strictness.Off,
        bool entries = false,
        X509Certificate2? certificate = null
    )
    {
        var clock = new FakeTimeProvider(new DateTimeOffset(2026, 11, 22, 10, 0, 0, TimeSpan.Zero));
        var options = new TestBankOptions
        {
            Urls = certificate is null ? "http://127.0.0.1:0" : "https://127.0.0.1:0",
            ServerCertificate = certificate,
            ClientCertificateKey = certificate is null ? null : clientKey,
            ScenarioPath = scenario,
            ClientPublicKey = clientKey,
            Strictness = strictness,
            FileNetworks = TestBankOptions.Loopback,
        };
        var app = TestBankApp.Build(options, clock);
        await app.StartAsync(TestContext.Current.CancellationToken);
        var variables = new Dictionary<string, string> { ["test_bank"] = TestBankApp.Address(app).AbsoluteUri };
        if (entries)
        {
            variables[Catalogue.StrictTestBank] = "strict";
        }
        var load = Catalogue.Load(variables);
        Assert.Empty(load.Faults);
        return new RunningTestBank(app, clock, load.Providers);
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
    }

    /// <summary>A connection over the web site.</summary>
    public ConnectorRun Embedded(string login, string password = "dev", string? fileUrl = null)
    {
        var run = Open("8700");
        run.Credentials = new Dictionary<string, string>
        {
            ["300"] = login,
            ["301"] = password,
            ["302"] = fileUrl ?? "",
        };
        return run;
    }

    /// <summary>A connection over STET that the person has not allowed yet.</summary>
    public ConnectorRun Redirect() => Open("8701");

    /// <summary>A connection, over STET unless said, for which the person has been at the bank and agreed.</summary>
    public async Task<ConnectorRun> Allowed(
        string login,
        string? fileUrl = null,
        string channel = "8701",
        Func<ChannelDefinition, ChannelDefinition>? change = null
    )
    {
        var run = Open(channel, change);
        var question = await run.TakeAsked<Question.Redirect>(new StepInput.ListAccounts());
        await run.Take<StepResult.Done>(new StepInput.Returned(await Agree(question.Address, login, fileUrl)));
        return run;
    }

    /// <summary>What a person does on the bank's pages, until the bank sends the browser back; returns where to.</summary>
    /// <param name="accounts">How many accounts are ticked; null: all.</param>
    public static async Task<Uri> Agree(
        Uri address,
        string login,
        string? fileUrl = null,
        string decision = "accept",
        int? accounts = null
    )
    {
        var cancellation = TestContext.Current.CancellationToken;
        using var browser = new HttpClient(
            new SocketsHttpHandler
            {
                AllowAutoRedirect = false,
                UseProxy = false,
                SslOptions = new()
                {
                    RemoteCertificateValidationCallback = (_, shown, _, _) =>
                        shown?.Subject == SealOfTests.Certificate.Subject,
                },
            }
        );
        var response = await browser.GetAsync(address, cancellation);
        for (var pages = 0; pages < 20; pages++)
        {
            if (response.Headers.Location is { } location)
            {
                address = new Uri(address, location);
                if (address.AbsoluteUri.StartsWith(ConnectorRun.CallbackAddress, StringComparison.Ordinal))
                {
                    return address;
                }
                response = await browser.GetAsync(address, cancellation);
                continue;
            }
            var html = new HtmlParser().ParseDocument(await response.Content.ReadAsStringAsync(cancellation));
            var form = html.Forms.Single();
            List<KeyValuePair<string, string>> fields = [new("decision", decision)];
            foreach (
                var input in form.QuerySelectorAll("input[name]")
                    .OfType<IHtmlInputElement>()
                    .GroupBy(input => input.Name)
                    .SelectMany(same => same.Key == "accounts" ? same.Take(accounts ?? int.MaxValue) : same)
            )
            {
                var value = input.Name switch
                {
                    "login" => login,
                    "password" => "dev",
                    "file_url" => fileUrl ?? "",
                    "otp" => html.QuerySelector(".test-code")!.TextContent,
                    _ => input.Value,
                };
                fields.Add(new(input.Name!, value));
            }
            address = new Uri(address, form.GetAttribute("action"));
            using var body = new FormUrlEncodedContent(fields);
            response = await browser.PostAsync(address, body, cancellation);
        }
        throw new InvalidOperationException("The bank's pages do not end.");
    }

    /// <summary>The address as the widget hands it on: what browsers keep to themselves behind the hash goes into the query.</summary>
    public static Uri ToTheServer(Uri back) =>
        back.Fragment.Length < 2 ? back : new UriBuilder(back) { Query = back.Fragment[1..], Fragment = "" }.Uri;

    /// <summary>A connection over this channel, or one that is like it.</summary>
    /// <param name="shown">What the bank sees over https.</param>
    public ConnectorRun Open(
        string channel,
        Func<ChannelDefinition, ChannelDefinition>? change = null,
        X509Certificate2? shown = null
    )
    {
        HttpMessageHandler network = Exchanges is null ? Network(shown) : new Heard(Exchanges);
        var found = _banks.SelectMany(b => b.Channels).Single(c => c.Id == new ChannelDefinitionId(channel));
        return new ConnectorRun(Families.Find(found.Connector)!, change?.Invoke(found) ?? found, network)
        {
            Now = Clock.GetUtcNow(),
        };
    }

    private static SocketsHttpHandler Network(X509Certificate2? shown)
    {
        var network = ConnectorRun.Network();
        network.SslOptions = new()
        {
            RemoteCertificateValidationCallback = (_, own, _, _) => own?.Subject == SealOfTests.Certificate.Subject,
            ClientCertificateContext = shown is null
                ? null
                : SslStreamCertificateContext.Create(shown, null, offline: true),
        };
        return network;
    }
}
