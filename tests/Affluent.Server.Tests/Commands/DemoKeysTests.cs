using System.Net;
using Affluent.Server.Commands;
using Affluent.Server.Commands.Demo;
using Affluent.Server.Platform;
using Affluent.Server.Providers;
using Affluent.TestBank;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Affluent.Server.Tests.Commands;

/// <summary>The demo's own keys, and the bank that knows them.</summary>
public sealed class DemoKeysTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("affluent-test-");

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task A_seal_is_kept_until_the_day_before_it_ends()
    {
        var clock = new FakeTimeProvider(TimeProvider.System.GetUtcNow());
        var first = await Made(clock);

        clock.Advance(TimeSpan.FromDays(363));
        var kept = await Made(clock);
        clock.Advance(TimeSpan.FromDays(1.5));
        var renewed = await Made(clock);

        Assert.Equal(first, kept);
        Assert.NotEqual(first, renewed);
    }

    [Fact]
    public async Task A_seal_without_its_key_is_made_anew()
    {
        var first = await Made(TimeProvider.System);
        File.Delete(Path.Combine(_folder.FullName, "qseal.key"));

        Assert.NotEqual(first, await Made(TimeProvider.System));
    }

    [Theory]
    [InlineData("stettestbank/stet/psd2/v1.4.2/accounts", HttpStatusCode.BadRequest, "Signature is missing")]
    [InlineData("berlingroup/redirect/v1/accounts", HttpStatusCode.Unauthorized, "SIGNATURE_MISSING")]
    [InlineData("openbanking/token", HttpStatusCode.Unauthorized, "invalid_client")]
    public async Task Its_bank_refuses_who_signs_nothing_with_the_words_of_the_standard(
        string path,
        HttpStatusCode status,
        string word
    )
    {
        var settings = await DemoKeys.Seal(Settings, TimeProvider.System, Stop);
        await using var bank = await Installation.StartTestBank(settings, TimeProvider.System, Stop);
        using var http = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(TestBankApp.Address(bank), path));
        request.Headers.Add("X-Request-ID", Guid.NewGuid().ToString());
        if (path.EndsWith("token", StringComparison.Ordinal))
        {
            request.Method = HttpMethod.Post;
            request.Content = new FormUrlEncodedContent([
                new("grant_type", "client_credentials"),
                new("client_id", "affluent"),
                new("client_secret", "affluent-secret"),
            ]);
        }

        using var answer = await http.SendAsync(request, Stop);

        Assert.Equal(status, answer.StatusCode);
        Assert.Contains(word, await answer.Content.ReadAsStringAsync(Stop), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Its_entries_sign()
    {
        var settings = await DemoKeys.Seal(Settings, TimeProvider.System, Stop) with
        {
            TestBankUrl = new Uri("http://127.0.0.1:5200"),
        };

        var signing = Banks
            .Load(settings)
            .All.SelectMany(bank => bank.Channels)
            .Where(channel =>
                channel.Settings.ContainsKey("signature_headers")
                || channel.Settings.GetValueOrDefault("request_object") == "true"
            );

        Assert.Equal(["8701", "8801", "8800", "8901"], signing.Select(channel => channel.Id.Value));
    }

    private async Task<string> Made(TimeProvider time)
    {
        var settings = await DemoKeys.Seal(Settings, time, Stop);
        return await File.ReadAllTextAsync(settings.SealCertificateFile!, Stop);
    }

    private Settings Settings => new() { DataDirectory = _folder.FullName, TestBankListen = "http://127.0.0.1:0" };
}
