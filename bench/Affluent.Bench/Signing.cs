using System.Diagnostics;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using Affluent.Connectors.Contract;
using Affluent.Connectors.Requests;

namespace Affluent.Bench;

/// <summary>How many requests a second are signed, beside the bare primitive over as many bytes with the same key.</summary>
internal static class Signing
{
    private const double Bar = 0.8;
    private const int Bits = 2048;
    private static readonly TimeSpan RoundLasts = TimeSpan.FromSeconds(1);

    public static async Task<IEnumerable<Figure>> Run()
    {
        using var key = RSA.Create(Bits);
        using var certificate = new CertificateRequest(
            "CN=bench",
            key,
            HashAlgorithmName.SHA256,
            RSASignaturePadding.Pkcs1
        ).CreateSelfSigned(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddYears(100));
        return
        [
            await Measure(
                "requests signed (draft-cavage, rsa-sha256)",
                key,
                certificate,
                RSASignaturePadding.Pkcs1,
                async seal =>
                {
                    using var request = Request();
                    await HttpSignature.Add(request, Cavage, "key", seal, Now, CancellationToken.None);
                }
            ),
            await Measure(
                "tokens signed (JWS, PS256)",
                key,
                certificate,
                RSASignaturePadding.Pss,
                async seal =>
                    await new JwtStyle(SealAlgorithm.RsaPssSha256, "PS256", "key").Sign(
                        "client",
                        "https://bank.example/token",
                        new JsonObject { ["sub"] = "client" },
                        Context(seal),
                        CancellationToken.None
                    )
            ),
        ];
    }

    private static async Task<Figure> Measure(
        string what,
        RSA key,
        X509Certificate2 certificate,
        RSASignaturePadding padding,
        Func<Seal, Task> sign
    )
    {
        byte[] signed = [];
        var seal = new Seal(
            certificate,
            (bytes, _, _) =>
            {
                signed = bytes.ToArray();
                return ValueTask.FromResult(key.SignData(bytes.Span, HashAlgorithmName.SHA256, padding));
            }
        );
        List<double> ours = [];
        List<double> bare = [];
        for (var round = 0; round < 5; round++)
        {
            ours.Add(await Rate(() => sign(seal)));
            bare.Add(
                await Rate(() =>
                {
                    key.SignData(signed, HashAlgorithmName.SHA256, padding);
                    return Task.CompletedTask;
                })
            );
        }
        return Figure.Share(what, "/s", Figure.Median(ours), Figure.Median(bare), Bar);
    }

    private static DateTimeOffset Now => new(2026, 11, 22, 10, 0, 0, TimeSpan.Zero);

    private static SignatureStyle Cavage { get; } =
        new()
        {
            KeyId = "key",
            Headers = ["(request-target)", "(created)", "host", "date", "digest", "x-request-id"],
            Calls = new HashSet<BankCall>(),
        };

    private static HttpRequestMessage Request()
    {
        var request = new HttpRequestMessage(
            HttpMethod.Get,
            "https://bank.example/psd2/v1/accounts/12345/transactions?dateFrom=2026-01-01"
        );
        request.Headers.TryAddWithoutValidation("Date", "Sun, 22 Nov 2026 10:00:00 GMT");
        request.Headers.TryAddWithoutValidation("Digest", "SHA-256=47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=");
        request.Headers.TryAddWithoutValidation("X-Request-ID", "99391c7e-ad88-49ec-a2ad-99ddcb1f7721");
        return request;
    }

    private static StepContext Context(Seal seal) =>
        new()
        {
            Channel = new ChannelDefinition
            {
                Id = new ChannelDefinitionId("101"),
                Mode = ChannelMode.Redirect,
                Connector = "stet",
                AccountTypes = [],
            },
            Http = Nowhere,
            Session = "",
            Keep = _ => Task.CompletedTask,
            Now = Now,
            Seal = seal,
        };

    private static HttpClient Nowhere { get; } = new();

    private static async Task<double> Rate(Func<Task> work)
    {
        var begun = Stopwatch.GetTimestamp();
        var times = 0;
        do
        {
            await work();
            times++;
        } while (Stopwatch.GetElapsedTime(begun) < RoundLasts);
        return times / Stopwatch.GetElapsedTime(begun).TotalSeconds;
    }
}
