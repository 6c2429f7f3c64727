using System.Net;
using Affluent.Server.Commands;
using Affluent.Server.Platform;
using Affluent.TestBank;
using Xunit;

namespace Affluent.Server.Tests.Commands;

/// <summary>The test bank sends people back to the widget, wherever its operator has put it, and to nothing else.</summary>
public sealed class TestBankReturnTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("affluent-test-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [InlineData(null, "http://127.0.0.1:5100/embed/v2.1/widget/bank_callback", true)]
    [InlineData(null, "https://app.example/embed/v2.1/widget/bank_callback", false)]
    [InlineData("https://app.example/embed", "https://app.example/embed/v2.1/widget/bank_callback", true)]
    [InlineData("https://app.example/embed/", "https://app.example/embed/v2.1/widget/bank_callback/8701", true)]
    [InlineData("https://app.example/embed", "https://app.example/embed/v2.1/widget/bank_callback_of_others", false)]
    [InlineData("https://app.example/embed", "https://app.example/embed", false)]
    [InlineData("https://app.example/embed", "http://127.0.0.1:5100/embed/v2.1/widget/bank_callback", false)]
    [InlineData("https://embed.example", "https://embed.example/v2.1/widget/bank_callback/8701", true)]
    [InlineData("https://embed.example", "https://embed.example/embed/v2.1/widget/bank_callback", false)]
    [InlineData("https://embed.example", "https://embed.example.evil/v2.1/widget/bank_callback", false)]
    public async Task It_follows_the_address_of_the_widget(string? embedUrl, string redirectUri, bool allowed)
    {
        var settings = new Settings
        {
            DataDirectory = _folder.FullName,
            TestBankListen = "http://127.0.0.1:0",
            EmbedUrl = embedUrl is null ? null : new Uri(embedUrl),
        };
        await using var bank = await Installation.StartTestBank(
            settings,
            TimeProvider.System,
            TestContext.Current.CancellationToken
        );
        using var http = new HttpClient();
        using var answer = await http.GetAsync(
            new Uri(
                TestBankApp.Address(bank),
                "/stettestbank/authorize?response_type=code&client_id=affluent&scope=aisp&redirect_uri="
                    + Uri.EscapeDataString(redirectUri)
            ),
            TestContext.Current.CancellationToken
        );

        Assert.Equal(allowed ? HttpStatusCode.OK : HttpStatusCode.BadRequest, answer.StatusCode);
    }
}
