using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Affluent.Connectors.EnableBanking;
using Affluent.Server.Platform;
using Affluent.Server.Storage;
using Affluent.Server.Upstreams;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Affluent.Bench;

/// <summary>
/// How long requests wait while the lists of 4,000 banks are read, over one SQLite file, which has one writer, and the same while nothing is read. Three kinds: a user, a search among
/// all banks, and a token, for which something is written.
/// </summary>
internal static class Aspsps
{
    private const int Banks = 4_000;
    private const int Countries = 30;
    private const int Rounds = 7;
    private const double Bound = 50;

    private static readonly string[] Codes = [.. from a in "ABCDEF" from b in "ABCDEF" select $"{a}{b}"];

    public static async Task<IReadOnlyList<Figure>> Run()
    {
        var folder = Directory.CreateTempSubdirectory("affluent-bench-");
        try
        {
            await using var upstream = await Upstream();
            using var key = RSA.Create(2048);
            var keyFile = Path.Combine(folder.FullName, "application.key");
            await File.WriteAllTextAsync(keyFile, key.ExportPkcs8PrivateKeyPem());
            File.SetUnixFileMode(keyFile, UnixFileMode.UserRead | UnixFileMode.UserWrite);
            var address = Path.Combine(folder.FullName, "affluent.db");
            await using var database = Database.Open(address);
            await Migrator.Migrate(database, TimeProvider.System, CancellationToken.None);
            await using var platform = await Platform.Start(
                database,
                address,
                settings =>
                    settings with
                    {
                        EnableBankingApplicationId = Guid.NewGuid().ToString(),
                        EnableBankingEnvironment = UpstreamEnvironment.Production,
                        EnableBankingKeyFile = keyFile,
                        EnableBankingUrl = new Uri(upstream.Urls.First()),
                        RateLimits = Enum.GetValues<LimitedAction>()
                            .ToDictionary(
                                action => action,
                                _ => new RateLimit(Client: null, User: null, Address: null)
                            ),
                    }
            );
            await platform.CreateUser();
            var lists = platform.Services.GetRequiredService<UpstreamLists>();

            List<(double Waits, double Took)> reading = [];
            List<double> idle = [];
            for (var round = 0; round <= Rounds; round++)
            {
                // Another name each time: every row is written anew.
                _round = round;
                await database.Write(
                    db => PeriodicTaskStore.Finish(db, "upstream_production", nextAt: 0),
                    CancellationToken.None
                );
                var (waits, took) = await Longest(platform, () => lists.ReadDue(CancellationToken.None));
                var (without, _) = await Longest(
                    platform,
                    () => Task.Delay(TimeSpan.FromSeconds(took), TimeProvider.System)
                );
                if (round > 0) // the first one warms up
                {
                    reading.Add((waits, took));
                    idle.Add(without);
                }
            }
            var stored = (
                await database.Read(
                    db => UpstreamStore.List(db, UpstreamEnvironment.Production),
                    CancellationToken.None
                )
            ).Count;
            if (stored < Banks)
            {
                throw new InvalidOperationException($"Only {stored} banks were read.");
            }
            var took4000 = Figure.Median(reading.Select(r => r.Took));
            Console.WriteLine(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"  {Banks} banks of {Countries} countries read in {took4000 * 1000:0} ms; longest wait of a request meanwhile {Shown(reading.Select(r => r.Waits))}, while nothing was read {Shown(idle)}"
                )
            );
            return
            [
                Figure.Below(
                    "longest wait of a request while 4,000 banks are read",
                    "ms",
                    Figure.Median(reading.Select(r => r.Waits)),
                    Bound
                ),
            ];
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static int _round;

    private static string Shown(IEnumerable<double> waits) =>
        string.Join(", ", waits.Order().Select(wait => wait.ToString("0.0", CultureInfo.InvariantCulture))) + " ms";

    /// <summary>The longest of all requests that were sent while something was done, in milliseconds; how many seconds that took.</summary>
    private static async Task<(double Longest, double Took)> Longest(Platform platform, Func<Task> meanwhile)
    {
        var token = await platform.UserToken();
        using var http = new HttpClient { BaseAddress = platform.Address };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        using var end = new CancellationTokenSource();
        Func<Task>[] kinds =
        [
            () => Get("/api/v2.1/users/me"),
            () => Get("/api/v2.1/providers?q=bank%2012&limit=100"),
            () => platform.ClientToken("users_create"),
        ];
        foreach (var kind in kinds)
        {
            await kind();
        }
        var waiting = kinds.Select(kind => Task.Run(() => Repeat(kind))).ToArray();
        var begun = Stopwatch.GetTimestamp();
        await Task.Run(meanwhile);
        var took = Stopwatch.GetElapsedTime(begun).TotalSeconds;
        await end.CancelAsync();
        return ((await Task.WhenAll(waiting)).Max(), took);

        async Task Get(string path)
        {
            using var answer = await http.GetAsync(new Uri(path, UriKind.Relative));
            answer.EnsureSuccessStatusCode();
            await answer.Content.ReadAsByteArrayAsync();
        }

        async Task<double> Repeat(Func<Task> kind)
        {
            var longest = 0.0;
            while (!end.IsCancellationRequested)
            {
                var sent = Stopwatch.GetTimestamp();
                await kind();
                longest = Math.Max(longest, Stopwatch.GetElapsedTime(sent).TotalMilliseconds);
                await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System);
            }
            return longest;
        }
    }

    private static async Task<WebApplication> Upstream()
    {
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        var app = builder.Build();
        app.Run(Answer);
        await app.StartAsync();
        return app;
    }

    private static Task Answer(HttpContext context)
    {
        context.Response.ContentType = "application/json";
        return context.Response.WriteAsync(
            context.Request.Path == "/application"
                ? new JsonObject
                {
                    ["environment"] = "PRODUCTION",
                    ["active"] = true,
                    ["services"] = new JsonArray("AIS"),
                    ["redirect_urls"] = new JsonArray(),
                    ["countries"] = new JsonArray([.. Codes.Take(Countries).Select(code => JsonValue.Create(code))]),
                }.ToJsonString()
                : List(context.Request.Query["country"].ToString())
        );
    }

    // Half of all in one country, as savings banks are; with all that the real list says of a bank.
    private static string List(string country)
    {
        var isLarge = country == Codes[0];
        var count = isLarge ? Banks / 2 : (Banks - Banks / 2) / (Countries - 1) + 1;
        return new JsonObject
        {
            ["aspsps"] = new JsonArray([
                .. Enumerable
                    .Range(0, count)
                    .Select(i => new JsonObject
                    {
                        ["name"] = string.Create(CultureInfo.InvariantCulture, $"Bank {i} of {country}"),
                        ["country"] = country,
                        ["logo"] = $"https://brands.example/{country}/{i}/logo.svg",
                        ["psu_types"] = new JsonArray("personal", "business"),
                        ["auth_methods"] = new JsonArray([
                            .. new[] { "personal", "business" }.Select(type => new JsonObject
                            {
                                ["name"] = "MTA",
                                ["title"] = "Mobile authentication",
                                ["psu_type"] = type,
                                ["approach"] = "REDIRECT",
                                ["hidden_method"] = false,
                                ["credentials"] = new JsonArray(
                                    new JsonObject
                                    {
                                        ["name"] = "userId",
                                        ["title"] = "User ID",
                                        ["required"] = true,
                                        ["template"] = "^\\d{8}$",
                                    }
                                ),
                            }),
                        ]),
                        ["maximum_consent_validity"] = (180 - _round) * 86400,
                        ["beta"] = false,
                        ["bic"] = string.Create(
                            CultureInfo.InvariantCulture,
                            $"B{i % 10}{i / 10 % 10}{i / 100 % 10}{country}HH"
                        ),
                        ["required_psu_headers"] = new JsonArray("Psu-Ip-Address", "Psu-User-Agent"),
                    }),
            ]),
        }.ToJsonString();
    }
}
