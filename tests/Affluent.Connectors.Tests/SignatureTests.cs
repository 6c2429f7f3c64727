using Affluent.Connectors.Contract;
using Affluent.Connectors.Requests;
using Affluent.Connectors.Tests.Support;

namespace Affluent.Connectors.Tests;

/// <summary>How requests are signed: by the verifier of a bank, and by one that was written elsewhere (npm http-signature).</summary>
public sealed class SignatureTests
{
    private static readonly DateTimeOffset Now = new(2026, 7, 24, 8, 0, 0, TimeSpan.Zero);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("rsa-sha256", SealAlgorithm.RsaSha256)]
    [InlineData("rsa-sha512", SealAlgorithm.RsaSha512)]
    [InlineData("hs2019", SealAlgorithm.RsaPssSha512)]
    [InlineData("rsa-pss-sha256", SealAlgorithm.RsaPssSha256)]
    public async Task A_bank_finds_each_algorithm_good_and_nothing_else(string word, SealAlgorithm algorithm)
    {
        using var request = await Signed(("signature_algorithm", word), ("signature_headers", Everything));

        Assert.Equal("", await SealOfTests.Fault(request, algorithm));
        request.Headers.Remove("X-Request-ID");
        request.Headers.Add("X-Request-ID", "another");
        Assert.Equal("the signature is not of what was sent", await SealOfTests.Fault(request, algorithm));
    }

    [Theory]
    [InlineData("rsa-sha256")]
    [InlineData("rsa-sha512")]
    public async Task A_verifier_written_elsewhere_finds_it_good(string word)
    {
        using var request = await Signed(("signature_algorithm", word), ("signature_headers", Everything));
        using var changed = await Signed(("signature_algorithm", word), ("signature_headers", Everything));
        changed.RequestUri = new Uri("https://bank.example/v1/accounts?from=2026-07-02");

        Assert.Equal(["true", "false"], await Verify(request, changed));
    }

    [Fact]
    public async Task The_times_of_a_signature_stand_with_parentheses_where_a_bank_wants_them_so()
    {
        using var request = await Signed(
            ("signature_headers", "(request-target) (created) (expires) host x-request-id digest"),
            ("signature_parentheses", "true"),
            ("signature_seconds", "90")
        );

        var signature = Header(request, "Signature");

        Assert.Contains(",(created)=1784880000,(expires)=1784880090,", signature, StringComparison.Ordinal);
        Assert.Equal("", await SealOfTests.Fault(request, SealAlgorithm.RsaSha256));
    }

    [Fact]
    public async Task What_a_request_does_not_have_is_not_signed()
    {
        using var request = await Signed(
            ("signature_headers", "digest x-request-id psu-ip-address"),
            ("digest", "with_body")
        );

        Assert.Contains("headers=\"x-request-id\"", Header(request, "Signature"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Calls_that_a_bank_does_not_want_signed_are_not()
    {
        using var request = await Signed(("signature_headers", "date"), ("signature_calls", "token"));

        Assert.False(request.Headers.Contains("Signature"));
    }

    [Fact]
    public async Task A_bank_may_have_headers_of_its_own_others_in_their_place_and_none()
    {
        using var request = await Signed(
            (
                "data_headers",
                "Accept: application/json\nX-Request-ID: $uuid_plain\nDate: $local_date\nTPP-Certificate: $certificate\nPSU-IP-Address: $psu_ip\nOther: costs $$5\nPSU-User-Agent: "
            )
        );

        Assert.Equal("application/json", Header(request, "Accept"));
        Assert.Matches("^[0-9a-f]{32}$", Header(request, "X-Request-ID"));
        Assert.Equal("Fri, 24 Jul 2026 10:00:00 CEST", Header(request, "Date"));
        Assert.Equal(Convert.ToBase64String(SealOfTests.Seal.Certificate.RawData), Header(request, "TPP-Certificate"));
        Assert.Equal("costs $5", Header(request, "Other"));
        // Nobody is there.
        Assert.False(request.Headers.Contains("PSU-IP-Address"));
        Assert.False(request.Headers.Contains("PSU-User-Agent"));
    }

    private const string Everything = "(request-target) host date x-request-id digest content-type";

    private static async Task<HttpRequestMessage> Signed(params (string Name, string Value)[] settings)
    {
        var channel = StetBanks.All["BPCE"].Channel(settings);
        var context = new StepContext
        {
            Channel = channel,
            Http = new HttpClient(),
            Keep = _ => Task.CompletedTask,
            Now = Now,
            Seal = SealOfTests.Seal,
        };
        var request = new HttpRequestMessage(HttpMethod.Put, "https://bank.example/v1/accounts?from=2026-07-01")
        {
            Content = settings.Any(s => s.Name == "digest") ? null : new StringContent("{}"),
        };
        await RequestStyle
            .Of(channel)
            .Dress(
                request,
                BankCall.Data,
                [new("Accept", "*/*"), new("X-Request-ID", "$uuid"), new("PSU-User-Agent", "Mozilla")],
                new RequestValues(context, TimeZoneInfo.FindSystemTimeZoneById("Europe/Paris"), "client", ""),
                context,
                Stop
            );
        return request;
    }

    private static string Header(HttpRequestMessage request, string name) =>
        request.Headers.NonValidated.TryGetValues(name, out var values) ? string.Join(", ", values) : "";

    private static Task<string[]> Verify(params HttpRequestMessage[] requests) =>
        NodeProgram.Verify(
            "http-signature",
            requests.Select(request => new Dictionary<string, object?>
            {
                ["method"] = request.Method.Method,
                ["url"] = request.RequestUri!.PathAndQuery,
                ["headers"] = request
                    .Headers.NonValidated.Concat(request.Content!.Headers.NonValidated)
                    .Select(h => (Name: h.Key.ToLowerInvariant(), Value: string.Join(", ", h.Value)))
                    .Append((Name: "host", Value: request.RequestUri.Authority))
                    .ToDictionary(h => h.Name, h => h.Value),
                ["signed"] = Everything.Split(' '),
                ["key"] = SealOfTests.PublicKey,
            }),
            Stop
        );
}
