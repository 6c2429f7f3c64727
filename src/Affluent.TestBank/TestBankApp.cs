using System.Text.Encodings.Web;
using System.Text.Unicode;
using Affluent.TestBank.Authorization;
using Affluent.TestBank.BerlinGroup;
using Affluent.TestBank.Consents;
using Affluent.TestBank.Imitation;
using Affluent.TestBank.OpenBankingUk;
using Affluent.TestBank.People;
using Affluent.TestBank.Scenarios;
using Affluent.TestBank.Stet;
using Affluent.TestBank.Website;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.AspNetCore.DataProtection.XmlEncryption;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Https;

namespace Affluent.TestBank;

/// <summary>
/// A small bank on an origin of its own: a web site for people and scrapers, APIs of STET, of the Berlin Group and of UK Open Banking for third parties, and the same customers behind both.
/// </summary>
public static class TestBankApp
{
    private const int LargestRequest = 256 * 1024;

    private static readonly IReadOnlyList<string> Framed =
    [
        StetPaths.Root,
        BerlinGroupPaths.Root,
        OpenBankingPaths.Root,
    ];

    /// <summary>
    /// Builds the bank without starting it. It reads no configuration and no environment, so it can live inside another process. All its dates come
    /// from <paramref name="time"/>. Starting it fails with an <see cref="InvalidDataException"/> that lists every bad line when the scenario file of the
    /// options cannot be used.
    /// </summary>
    public static WebApplication Build(TestBankOptions options, TimeProvider time)
    {
        if (options is { Strictness: not Strictness.Off, ClientPublicKey: null })
        {
            throw new ArgumentException(
                "Signatures are verified with ClientPublicKey, which is missing.",
                nameof(options)
            );
        }

        var builder = WebApplication.CreateEmptyBuilder(
            new WebApplicationOptions { ApplicationName = typeof(TestBankApp).Assembly.GetName().Name }
        );
        builder.WebHost.UseKestrelCore();
        builder.WebHost.UseUrls(options.Urls);
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = LargestRequest;
        });
        if (options.ServerCertificate is { } certificate)
        {
            builder.WebHost.UseKestrelHttpsConfiguration();
            builder.WebHost.ConfigureKestrel(kestrel =>
                kestrel.ConfigureHttpsDefaults(https =>
                {
                    https.ServerCertificate = certificate;
                    https.ClientCertificateMode = options
                        is { Strictness: not Strictness.Off, ClientCertificateKey: not null }
                        ? ClientCertificateMode.AllowCertificate
                        : ClientCertificateMode.NoCertificate;
                    // Whose it is, and whether it is due, depends on what is asked for.
                    https.AllowAnyClientCertificate();
                })
            );
        }

        // Warnings and errors only: request lines carry file addresses, and nobody's data belongs in a log.
        builder.Logging.AddSimpleConsole().SetMinimumLevel(LogLevel.Warning);
        // Why it cannot start is told by whoever starts it, without the stack.
        builder.Logging.AddFilter("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.Critical);
        builder.Services.AddRoutingCore();
        builder.Services.AddRazorComponents();
        builder.Services.Configure<KeyManagementOptions>(keys =>
            (keys.XmlRepository, keys.XmlEncryptor) = (new MemoryKeys(), new NullXmlEncryptor())
        );
        // Accents and no-break spaces as they are: the pages are UTF-8.
        builder.Services.AddSingleton(HtmlEncoder.Create(UnicodeRanges.All));
        builder
            .Services.AddSingleton(options)
            .AddSingleton(new BankClock(time))
            .AddSingleton(_ => new FileFetch(options.FileNetworks))
            .AddSingleton<ScenarioFiles>()
            .AddSingleton<Bank>()
            .AddSingleton<Visits>()
            .AddSingleton<ClientCertificateCheck>()
            .AddSingleton<SignatureCheck>()
            .AddSingleton<FaultInjection>()
            .AddSingleton<ConsentBook>()
            .AddSingleton<AccessTokens>()
            .AddSingleton<Authorizations>()
            .AddSingleton<WebsiteSession>()
            .AddSingleton<LoginEndpoints>()
            .AddSingleton<WebsiteEndpoints>()
            .AddSingleton<AuthorizationPages>()
            .AddSingleton<ClientAssertions>()
            .AddSingleton<ClientRequests>()
            .AddSingleton<BankKey>()
            .AddSingleton<IdTokens>()
            .AddSingleton<PushedRequests>()
            .AddSingleton<TokenEndpoint>()
            .AddSingleton<RevocationEndpoint>()
            .AddSingleton<StetEndpoints>()
            .AddSingleton<OpenBankingRequests>()
            .AddSingleton<OpenBankingEndpoints>()
            .AddBerlinGroup()
            .AddSingleton<Imitator>();

        builder.Services.AddHostedService<ScenarioGuard>();

        var app = builder.Build();
        app.Use(Protect);
        app.Use(app.Services.GetRequiredService<ClientCertificateCheck>().Check);
        app.Use(app.Services.GetRequiredService<SignatureCheck>().Check);
        app.Use(app.Services.GetRequiredService<Imitator>().Imitate);
        app.Use(AnswerHead);
        app.UseStatusCodePages(context => NothingHere(context.HttpContext));
        app.UseRouting();
        LoginEndpoints.Map(app);
        WebsiteEndpoints.Map(app);
        AuthorizationPages.Map(app, StetPaths.Server);
        TokenEndpoint.Map(app, StetPaths.Server);
        RevocationEndpoint.Map(app, StetPaths.Server);
        StetEndpoints.Map(app);
        app.MapBerlinGroup();
        OpenBankingEndpoints.Map(app);
        return app;
    }

    /// <summary>What is wrong with the scenario of the options, so that a bank would not start with it; null: nothing.</summary>
    public static async Task<string?> FaultOfScenario(
        TestBankOptions options,
        TimeProvider time,
        CancellationToken cancellation
    )
    {
        using var fetch = new FileFetch(options.FileNetworks);
        return await ScenarioGuard.FaultOf(new ScenarioFiles(options, new BankClock(time), fetch), cancellation);
    }

    /// <summary>
    /// The address that a started bank listens on, without a slash at the end; with port 0 in the options this is where the real port shows.
    /// </summary>
    public static Uri Address(WebApplication startedBank)
    {
        var addresses = startedBank.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>();
        return new Uri(
            addresses?.Addresses.FirstOrDefault()
                ?? throw new InvalidOperationException("The test bank has not been started.")
        );
    }

    // The pages of an authorization may stand in a frame, as those of the bank that this one imitates do; the site itself may not.
    private static async Task Protect(HttpContext http, RequestDelegate next)
    {
        var headers = http.Response.Headers;
        var framed = Framed.Any(root => http.Request.Path.StartsWithSegments(root, StringComparison.Ordinal));
        headers.ContentSecurityPolicy =
            "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'"
            + (framed ? "" : "; frame-ancestors 'none'");
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "no-referrer";
        headers.CacheControl = "no-store";
        try
        {
            await next(http);
        }
        catch (Exception e)
            when (e is InvalidDataException or IOException and not BadHttpRequestException && !http.Response.HasStarted)
        {
            // A form with too many or too long fields, or one that breaks off.
            http.Response.StatusCode = StatusCodes.Status400BadRequest;
            await NothingHere(http);
        }
    }

    // Where GET is answered HEAD is, with the same headers (RFC 9110, section 9.3.2); the server leaves the body away.
    private static Task AnswerHead(HttpContext http, RequestDelegate next)
    {
        if (HttpMethods.IsHead(http.Request.Method))
        {
            http.Request.Method = HttpMethods.Get;
        }
        return next(http);
    }

    private static Task NothingHere(HttpContext http) =>
        http.Request.Path.StartsWithSegments(StetPaths.Api, StringComparison.Ordinal)
            ? StetEndpoints.Problem(http, http.Response.StatusCode, "no such resource or method").ExecuteAsync(http)
        : BerlinGroupPaths.Interfaces.Any(at => http.Request.Path.StartsWithSegments(at.Api, StringComparison.Ordinal))
            ? BerlinGroupProblem.OfRouting(http.Response.StatusCode).ExecuteAsync(http)
        : OpenBankingPaths.Interfaces.FirstOrDefault(at =>
            http.Request.Path.StartsWithSegments(at.Api, StringComparison.Ordinal)
        )
            is { } face
            // The standard gives 401 no body.
            ? http.Response.StatusCode == StatusCodes.Status401Unauthorized ? Task.CompletedTask
                : OpenBankingProblem
                    .Of(face, http.Response.StatusCode, OpenBankingError.NotFound, "no such resource or method")
                    .ExecuteAsync(http)
        : WebsiteEndpoints.Notice(http, "missing", http.Response.StatusCode).ExecuteAsync(http);
}
