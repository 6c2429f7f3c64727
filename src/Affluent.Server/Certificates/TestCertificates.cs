using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Affluent.Server.Platform;
using Affluent.Server.Storage;

namespace Affluent.Server.Certificates;

/// <summary>Of what kind the keys are.</summary>
internal enum TestKeyKind
{
    /// <summary>RSA, as most banks take it.</summary>
    Rsa,

    /// <summary>On the curve P-256, for ES256.</summary>
    P256,
}

/// <summary>Certificates for sandboxes, which no bank takes in earnest: an authority of their own, a QWAC and a QSEAL (ETSI TS 119 495).</summary>
internal static class TestCertificates
{
    private const int KeySize = 2048;
    private const string AuthorityName = "Test authority";

    /// <summary>The files, by name: certificates and keys as PEM.</summary>
    /// <param name="identifier">The holder's number at the authority: <c>PSDFR-ACPR-12345</c>.</param>
    /// <param name="kind">Of all keys.</param>
    public static IReadOnlyDictionary<string, string> Make(
        string organization,
        string identifier,
        DateTimeOffset from,
        DateTimeOffset until,
        TestKeyKind kind = TestKeyKind.Rsa
    )
    {
        var (rootKey, request) = NewKey(new X500DistinguishedName("CN=Test trust service, O=Not for production"), kind);
        using var _ = rootKey;
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, true, 0, critical: true));
        request.CertificateExtensions.Add(
            new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, critical: true)
        );
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false));
        using var root = request.CreateSelfSigned(from, until);
        var (qwac, qwacKey) = Issue(root, CertificateUse.Qwac, kind, organization, identifier, from, until);
        var (qseal, qsealKey) = Issue(root, CertificateUse.Qseal, kind, organization, identifier, from, until);
        return new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["authority.pem"] = root.ExportCertificatePem() + "\n",
            ["qwac.pem"] = $"{qwac}\n{root.ExportCertificatePem()}\n",
            ["qwac.key"] = qwacKey + "\n",
            ["qseal.pem"] = $"{qseal}\n{root.ExportCertificatePem()}\n",
            ["qseal.key"] = qsealKey + "\n",
        };
    }

    private static (AsymmetricAlgorithm Key, CertificateRequest Request) NewKey(
        X500DistinguishedName name,
        TestKeyKind kind
    )
    {
        return kind switch
        {
            TestKeyKind.Rsa => OfRsa(RSA.Create(KeySize)),
            TestKeyKind.P256 => OfCurve(ECDsa.Create(ECCurve.NamedCurves.nistP256)),
        };

        (AsymmetricAlgorithm, CertificateRequest) OfRsa(RSA key) =>
            (key, new CertificateRequest(name, key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1));

        (AsymmetricAlgorithm, CertificateRequest) OfCurve(ECDsa key) =>
            (key, new CertificateRequest(name, key, HashAlgorithmName.SHA256));
    }

    private static (string Certificate, string Key) Issue(
        X509Certificate2 root,
        CertificateUse use,
        TestKeyKind kind,
        string organization,
        string identifier,
        DateTimeOffset from,
        DateTimeOffset until
    )
    {
        var name = new X500DistinguishedNameBuilder();
        name.AddCommonName(organization);
        name.AddOrganizationName(organization);
        name.Add("2.5.4.97", identifier, UniversalTagNumber.UTF8String);
        name.AddCountryOrRegion(identifier[3..5]);
        var (key, request) = NewKey(name.Build(), kind);
        using var _ = key;
        var extensions = request.CertificateExtensions;
        extensions.Add(new X509BasicConstraintsExtension(false, false, 0, critical: true));
        extensions.Add(
            new X509KeyUsageExtension(
                use switch
                {
                    CertificateUse.Qwac => X509KeyUsageFlags.DigitalSignature,
                    CertificateUse.Qseal => X509KeyUsageFlags.DigitalSignature | X509KeyUsageFlags.NonRepudiation,
                },
                critical: true
            )
        );
        if (use == CertificateUse.Qwac)
        {
            // For clients, and for servers: a QWAC is a certificate of a website.
            extensions.Add(
                new X509EnhancedKeyUsageExtension([new("1.3.6.1.5.5.7.3.2"), new("1.3.6.1.5.5.7.3.1")], critical: false)
            );
        }
        extensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false));
        extensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromCertificate(root, true, false));
        extensions.Add(new X509Extension("1.3.6.1.5.5.7.1.3", Statements(use, identifier), critical: false));
        using var issued = request.Create(root, from, until, Serial());
        return (issued.ExportCertificatePem(), key.ExportPkcs8PrivateKeyPem());
    }

    // A number that is neither negative nor begins with a zero (RFC 5280, section 4.1.2.2).
    private static byte[] Serial()
    {
        var serial = RandomNumberGenerator.GetBytes(16);
        serial[0] = (byte)((serial[0] & 0x7F) | 0x40);
        return serial;
    }

    /// <summary>QCStatements (RFC 3739, section 3.2.6): qualified, what for, roles and authority.</summary>
    private static byte[] Statements(CertificateUse use, string identifier)
    {
        var der = new AsnWriter(AsnEncodingRules.DER);
        using (der.PushSequence())
        {
            using (der.PushSequence())
            {
                der.WriteObjectIdentifier("0.4.0.1862.1.1");
            }
            using (der.PushSequence())
            {
                der.WriteObjectIdentifier("0.4.0.1862.1.6");
                using (der.PushSequence())
                {
                    der.WriteObjectIdentifier(
                        use switch
                        {
                            CertificateUse.Qwac => "0.4.0.1862.1.6.3",
                            CertificateUse.Qseal => "0.4.0.1862.1.6.2",
                        }
                    );
                }
            }
            using (der.PushSequence())
            {
                der.WriteObjectIdentifier("0.4.0.19495.2");
                using (der.PushSequence())
                {
                    using (der.PushSequence())
                    {
                        Role(der, "0.4.0.19495.1.3", PspRole.PspAi);
                        Role(der, "0.4.0.19495.1.2", PspRole.PspPi);
                    }
                    der.WriteCharacterString(UniversalTagNumber.UTF8String, AuthorityName);
                    der.WriteCharacterString(UniversalTagNumber.UTF8String, AuthorityOf(identifier));
                }
            }
        }
        return der.Encode();
    }

    private static void Role(AsnWriter der, string identifier, PspRole role)
    {
        using (der.PushSequence())
        {
            der.WriteObjectIdentifier(identifier);
            der.WriteCharacterString(UniversalTagNumber.UTF8String, role.Word());
        }
    }

    /// <summary>PSDFR-ACPR-12345: FR-ACPR.</summary>
    private static string AuthorityOf(string identifier) => string.Join('-', identifier[3..].Split('-').Take(2));
}
