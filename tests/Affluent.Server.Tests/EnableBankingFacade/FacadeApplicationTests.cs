using System.Net.Http.Json;
using Affluent.Server.Tests.Harness;
using Xunit;

namespace Affluent.Server.Tests.EnableBankingFacade;

/// <summary>What a client registers of its own.</summary>
public sealed class FacadeApplicationTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory, OnBothDatabases]
    public async Task A_client_registers_applications_and_is_told_what_is_wrong(DatabaseKind kind)
    {
        await using var app = await TestApp.Start(kind);
        using var http = app.WithToken(await app.ClientToken(await app.CreateClient()));
        var good = new
        {
            name = "Securo",
            public_key = FacadeScene.Key().ExportSubjectPublicKeyInfoPem(),
            redirect_urls = new[] { "https://app.example/a", "http://192.168.1.2:8080/b?c=d" },
        };

        using var made = await http.PostAsJsonAsync("/api/v2.1/enable_banking/applications", good, Stop);
        var body = await made.Json();
        Assert.Equal(
            $"{app.Origin}api/v2.1/enable_banking/applications/{body.Text("id")}",
            made.Headers.Location!.OriginalString
        );
        Assert.Equal(
            body.GetRawText(),
            (await http.Read($"/api/v2.1/enable_banking/applications/{body.Text("id")}")).GetRawText()
        );
        Assert.Equal($"[{body.GetRawText()}]", (await http.Read("/api/v2.1/enable_banking/applications")).GetRawText());

        (string Field, object Body)[] bad =
        [
            ("name", new { good.public_key, good.redirect_urls }),
            (
                "name",
                new
                {
                    name = " ",
                    good.public_key,
                    good.redirect_urls,
                }
            ),
            (
                "name",
                new
                {
                    name = new string('n', 101),
                    good.public_key,
                    good.redirect_urls,
                }
            ),
            ("public_key", new { good.name, good.redirect_urls }),
            (
                "public_key",
                new
                {
                    good.name,
                    public_key = FacadeScene.Key().ExportPkcs8PrivateKeyPem(),
                    good.redirect_urls,
                }
            ),
            ("redirect_urls", new { good.name, good.public_key }),
            (
                "redirect_urls",
                new
                {
                    good.name,
                    good.public_key,
                    redirect_urls = Array.Empty<string>(),
                }
            ),
            .. new[]
            {
                "app.example",
                "/back",
                "javascript:alert(1)",
                "ftp://app.example/",
                "https://user@app.example/",
                "https://app.example/#part",
                "https://app.example/ x",
                "https://app.example/\n",
                $"https://app.example/{new string('x', 2000)}",
            }.Select(url =>
                (
                    "redirect_urls",
                    (object)
                        new
                        {
                            good.name,
                            good.public_key,
                            redirect_urls = new[] { url },
                        }
                )
            ),
        ];
        foreach (var (field, wrong) in bad)
        {
            using var answer = await http.PostAsJsonAsync("/api/v2.1/enable_banking/applications", wrong, Stop);
            var problem = await answer.Problem();
            Assert.Equal(("invalid_body", field), (problem.Text("code"), problem.Text("parameter")));
            Assert.DoesNotContain("PRIVATE", problem.GetRawText(), StringComparison.Ordinal);
        }
        Assert.NotNull(
            Server.EnableBankingFacade.FacadeApplication.RedirectFault(
                "http://app.example/",
                Server.Platform.InstallationKind.Production
            )
        );
        Assert.Null(
            Server.EnableBankingFacade.FacadeApplication.RedirectFault(
                "http://localhost:8080/",
                Server.Platform.InstallationKind.Production
            )
        );
        for (var i = 1; i < Server.EnableBankingFacade.FacadeApplication.Most; i++)
        {
            await http.PostAsJsonAsync("/api/v2.1/enable_banking/applications", good, Stop).IsGiven();
        }
        using var tooMany = await http.PostAsJsonAsync("/api/v2.1/enable_banking/applications", good, Stop);
        Assert.Equal("too_many_enable_banking_applications", (await tooMany.Problem()).Text("code"));
    }
}
