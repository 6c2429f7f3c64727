using System.Numerics;
using System.Security.Cryptography;
using Affluent.Connectors.Contract;

namespace Affluent.Connectors.Requests;

/// <summary>
/// How a bank wants to be asked: headers by what a request is about, digest, signature. What a family usually sends is the family's; what a bank wants
/// otherwise is its catalogue entry's.
/// </summary>
internal sealed record RequestStyle
{
    private const string Always = "always";
    private const string WithBody = "with_body";
    private const string Never = "never";
    private const string Authorization = "Authorization";
    private const string AuthorizationIfFree = "Authorization_if_free";

    private static readonly Dictionary<string, SealAlgorithm> Algorithms = new()
    {
        ["rsa-sha256"] = SealAlgorithm.RsaSha256,
        ["rsa-sha512"] = SealAlgorithm.RsaSha512,
        ["hs2019"] = SealAlgorithm.RsaPssSha512,
        ["rsa-pss-sha256"] = SealAlgorithm.RsaPssSha256,
    };

    private static readonly Dictionary<string, Func<byte[], byte[]>> Digests = new()
    {
        ["SHA-256"] = SHA256.HashData,
        ["sha-256"] = SHA256.HashData,
        ["SHA-512"] = SHA512.HashData,
        ["sha-512"] = SHA512.HashData,
    };

    private static readonly string[] Calls =
    [
        .. Enum.GetValues<BankCall>().Where(call => call == Signed(call)).Select(Word),
    ];

    private static readonly string[] Values = [.. RequestValues.OfEach.Keys];

    /// <summary>The settings that it is read from, for the manifest of a family that signs and says headers so.</summary>
    public static readonly IReadOnlyList<ConnectorSetting> Settings =
    [
        new(
            "token_headers",
            SettingKind.Fields,
            false,
            "headers at token_url that the bank wants beside or in the place of the usual ones, by name; an empty text leaves one out"
        )
        {
            Values = Values,
        },
        new("data_headers", SettingKind.Fields, false, "the same for all requests of the interface")
        {
            Values = Values,
        },
        new("consent_headers", SettingKind.Fields, false, "the same for requests about consents, after data_headers")
        {
            Values = Values,
        },
        new(
            "sca_headers",
            SettingKind.Fields,
            false,
            "the same for answers to the bank's questions (PUT of an authorisation), after consent_headers (berlin_group)"
        )
        {
            Values = Values,
        },
        new(
            "transactions_headers",
            SettingKind.Fields,
            false,
            "the same for lists of transactions, after data_headers (berlin_group): an Accept of application/xml for camt, of text/plain for MT940"
        )
        {
            Values = Values,
        },
        new(
            "digest",
            SettingKind.Text,
            false,
            "when the header Digest (SHA-256 of the body) is sent; unless said, always where it is signed, else never",
            [Always, WithBody, Never]
        ),
        new(
            "digest_algorithm",
            SettingKind.Text,
            false,
            "the digest, as the bank spells it (SHA-256 unless said)",
            [.. Digests.Keys]
        ),
        new(
            "signature_headers",
            SettingKind.Text,
            false,
            "what is signed, in order, split by blanks ((request-target), (created), (expires), host and headers); requests are signed where this is said, with the seal of the operator"
        ),
        new(
            "signature_key_id",
            SettingKind.Text,
            false,
            "keyId of signatures: how the bank finds the certificate ($client_id unless said; also $certificate_serial, $certificate_number (the same, decimal), $certificate_issuer, or the address of the file)"
        ),
        new(
            "signature_algorithm",
            SettingKind.Text,
            false,
            "rsa-sha256 unless said; hs2019 is RSA-PSS with SHA-512",
            [.. Algorithms.Keys]
        ),
        new(
            "signature_word",
            SettingKind.Text,
            false,
            "what the signature calls its algorithm, where that is another word than the algorithm's"
        ),
        new(
            "signature_separator",
            SettingKind.Text,
            false,
            "what stands between the parameters of a signature (comma unless said)",
            ["comma", "comma_blank"]
        ),
        new(
            "signature_parentheses",
            SettingKind.Switch,
            false,
            "true where the parameters created and expires are written with parentheses"
        ),
        new("signature_seconds", SettingKind.Number, false, "how long (expires) lies after (created) (60 unless said)"),
        new(
            "signature_place",
            SettingKind.Text,
            false,
            "the header that holds the signature (Signature unless said): Authorization, behind the word Signature, or Authorization_if_free, where no token stands there",
            ["Signature", Authorization, AuthorizationIfFree]
        ),
        new(
            "signature_calls",
            SettingKind.Words,
            false,
            "which requests are signed, split by blanks (consent data unless said)",
            Calls
        ),
        .. DetachedJws.Settings,
    ];

    public IReadOnlyDictionary<BankCall, IReadOnlyList<Field>> Headers { get; private init; } =
        new Dictionary<BankCall, IReadOnlyList<Field>>();

    public SignatureStyle? Signature { get; private init; }

    /// <summary>How bodies are signed by themselves; null: they are not.</summary>
    public DetachedJws? Jws { get; private init; }

    /// <summary>When the header Digest is sent; null: never.</summary>
    public bool? DigestAlways { get; private init; }

    /// <summary>As the header calls it.</summary>
    public string DigestAlgorithm { get; private init; } = "SHA-256";

    /// <summary>Whether settings want requests that bear the seal: by a signature, a token that it signs, or its certificate.</summary>
    public static bool WantsSeal(IReadOnlyDictionary<string, string> settings) =>
        settings.GetValueOrDefault("signature_headers") is { Length: > 0 }
        || settings.GetValueOrDefault("jws_header") is { Length: > 0 }
        || TokenRequest.WantsSeal(settings)
        || settings.Values.Any(value => value.Contains("$certificate", StringComparison.Ordinal));

    /// <summary>Reads settings that the catalogue has checked.</summary>
    public static RequestStyle Of(ChannelDefinition channel)
    {
        string? Text(string name) => channel.Settings.TryGetValue(name, out var value) && value != "" ? value : null;
        string[] Words(string name) => (Text(name) ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries);

        var signed = Words("signature_headers").Select(name => name.ToLowerInvariant()).ToArray();
        var algorithm = Text("signature_algorithm") ?? "rsa-sha256";
        var data = Field.Read(Text("data_headers"));
        IReadOnlyList<Field> consent = [.. Field.Read(Text("consent_headers")), .. data];
        return new RequestStyle
        {
            Headers = new Dictionary<BankCall, IReadOnlyList<Field>>
            {
                [BankCall.Token] = Field.Read(Text("token_headers")),
                [BankCall.Data] = data,
                [BankCall.Transactions] = First([.. Field.Read(Text("transactions_headers")), .. data]),
                [BankCall.Consent] = First(consent),
                [BankCall.Sca] = First([.. Field.Read(Text("sca_headers")), .. consent]),
            },
            DigestAlways = (Text("digest") ?? (signed.Contains("digest") ? Always : Never)) switch
            {
                Always => true,
                WithBody => false,
                _ => null,
            },
            DigestAlgorithm = Text("digest_algorithm") ?? "SHA-256",
            Jws = DetachedJws.Of(channel),
            Signature =
                signed.Length == 0
                    ? null
                    : new SignatureStyle
                    {
                        KeyId = Text("signature_key_id") ?? "$client_id",
                        Headers = signed,
                        Word = Text("signature_word") ?? (algorithm == "rsa-pss-sha256" ? "hs2019" : algorithm),
                        Algorithm = Algorithms[algorithm],
                        Separator = Text("signature_separator") == "comma_blank" ? ", " : ",",
                        Parentheses = Text("signature_parentheses") == "true",
                        Life = TimeSpan.FromSeconds(
                            Text("signature_seconds") is { } seconds
                                ? int.Parse(seconds, System.Globalization.CultureInfo.InvariantCulture)
                                : 60
                        ),
                        Place = Text("signature_place") switch
                        {
                            Authorization => SignaturePlace.Authorization,
                            AuthorizationIfFree => SignaturePlace.AuthorizationIfFree,
                            _ => SignaturePlace.Signature,
                        },
                        Calls = Words("signature_calls") is { Length: > 0 } calls
                            ? Enum.GetValues<BankCall>().Where(call => calls.Contains(Word(call))).ToHashSet()
                            : [BankCall.Consent, BankCall.Data],
                    },
        };
    }

    /// <summary>Takes a step whose requests may have to be signed: a seal that is missing or cannot sign is the operator's fault.</summary>
    public async Task<StepResult> Sealed(
        StepContext context,
        Func<Task<StepResult>> step,
        Func<Refusal, string, StepResult> refused
    )
    {
        if ((Signature is not null || Jws is not null) && context.Seal is null)
        {
            return refused(Refusal.OperatorFault, "the bank wants requests signed, and there is no seal");
        }
        try
        {
            return await step();
        }
        catch (CryptographicException error)
        {
            return refused(Refusal.OperatorFault, $"the seal cannot sign: {error.Message}");
        }
    }

    /// <summary>Whether a request of this kind cannot be sent without a seal.</summary>
    public bool Signs(BankCall call) => Signature?.Calls.Contains(Signed(call)) == true;

    // What an entry says of signatures for both.
    private static BankCall Signed(BankCall call) =>
        call switch
        {
            BankCall.Sca => BankCall.Consent,
            BankCall.Transactions => BankCall.Data,
            BankCall.Token or BankCall.Consent or BankCall.Data => call,
        };

    // What is said for fewer requests counts before what is said for more.
    private static IReadOnlyList<Field> First(IReadOnlyList<Field> fields) =>
        [.. fields.DistinctBy(field => field.Name, StringComparer.OrdinalIgnoreCase)];

    /// <summary>
    /// Puts the headers on a request whose body is there: the usual ones of the family as the bank wants them, digest, signature. One whose value refers
    /// to what there is not (the user is away) is left out.
    /// </summary>
    public async Task Dress(
        HttpRequestMessage request,
        BankCall call,
        IReadOnlyList<Field> usual,
        RequestValues values,
        StepContext context,
        CancellationToken cancellation
    )
    {
        foreach (var field in Field.Merge(usual, Headers[call]))
        {
            Add(request, field.Name, values.Fill(field.Value));
        }
        if (DigestAlways is { } always && (always || request.Content is not null))
        {
            var body = request.Content is null ? [] : await request.Content.ReadAsByteArrayAsync(cancellation);
            Add(request, "Digest", $"{DigestAlgorithm}={Convert.ToBase64String(Digests[DigestAlgorithm](body))}");
        }
        if (Jws is not null && call != BankCall.Token && request.Content is not null)
        {
            var body = await request.Content.ReadAsByteArrayAsync(cancellation);
            Add(request, Jws.Name, await Jws.Sign(body, context, cancellation));
        }
        if (Signs(call) && context.Seal is { } seal)
        {
            values
                .Set("certificate_serial", seal.Certificate.SerialNumber)
                .Set("certificate_number", $"{new BigInteger(seal.Certificate.SerialNumberBytes.Span, true, true)}")
                .Set("certificate_issuer", seal.Certificate.Issuer.Replace(" ", "%20", StringComparison.Ordinal));
            var keyId = values.Fill(Signature!.KeyId) ?? "";
            await HttpSignature.Add(request, Signature, keyId, seal, context.Now, cancellation);
        }
    }

    private static void Add(HttpRequestMessage request, string name, string? value)
    {
        // The browser's own words: whatever could not stand in a header is left out.
        if (string.IsNullOrWhiteSpace(value) || value.Any(c => c is < ' ' or > '~'))
        {
            return;
        }
        if (!name.StartsWith("Content-", StringComparison.OrdinalIgnoreCase))
        {
            request.Headers.TryAddWithoutValidation(name, value);
            return;
        }
        // Some banks sign the type of a body that is not there.
        request.Content ??= new ByteArrayContent([]);
        request.Content.Headers.Remove(name);
        request.Content.Headers.TryAddWithoutValidation(name, value);
    }

    private static string Word(BankCall call) => $"{call}".ToLowerInvariant();
}
