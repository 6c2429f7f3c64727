using System.Security.Cryptography.X509Certificates;
using Affluent.Server.Certificates;
using Affluent.Server.Commands;
using Affluent.Server.Platform;
using Affluent.Server.Tests.Harness;
using Xunit;

namespace Affluent.Server.Tests.Certificates;

/// <summary>What certificates say of their holder, those that OpenSSL makes and those that we make; whether banks will take them.</summary>
public sealed class PsdCertificateTests : IDisposable
{
    // Those that OpenSSL makes begin now.
    private static readonly DateTimeOffset Now = TimeProvider.System.GetUtcNow().AddDays(1);

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("affluent-test-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task What_OpenSSL_wrote_is_read()
    {
        using var certificate = await Made(
            """
            [statements]
            qualified = SEQUENCE:qualified
            use = SEQUENCE:use
            psd = SEQUENCE:psd
            [qualified]
            id = OID:0.4.0.1862.1.1
            [use]
            id = OID:0.4.0.1862.1.6
            uses = SEQUENCE:uses
            [uses]
            seal = OID:0.4.0.1862.1.6.2
            [psd]
            id = OID:0.4.0.19495.2
            info = SEQUENCE:info
            [info]
            roles = SEQUENCE:roles
            name = FORMAT:UTF8,UTF8:Bundesanstalt für Finanzdienstleistungsaufsicht
            number = UTF8:DE-BAFIN
            [roles]
            first = SEQUENCE:first
            second = SEQUENCE:second
            [first]
            id = OID:0.4.0.19495.1.3
            name = UTF8:PSP_AI
            [second]
            id = OID:0.4.0.19495.1.4
            name = UTF8:PSP_IC
            """
        );

        var psd = PsdCertificate.Of(certificate);

        Assert.Equal("Littoral GmbH", psd.Organization);
        Assert.Equal("PSDDE-BAFIN-123456", psd.Identifier);
        Assert.Equal(CertificateUse.Qseal, psd.Use);
        Assert.Equal([PspRole.PspAi, PspRole.PspIc], psd.Roles);
        Assert.Equal(("Bundesanstalt für Finanzdienstleistungsaufsicht", "DE-BAFIN"), psd.Authority);
        Assert.Empty(CertificateJudgement.Faults(certificate, CertificateUse.Qseal, Now));
        Assert.Contains(
            "(QSEAL): the one for websites (QWAC) belongs here",
            string.Join('\n', CertificateJudgement.Faults(certificate, CertificateUse.Qwac, Now)),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task Statements_in_another_form_are_a_fault_and_no_crash()
    {
        using var certificate = await Made(
            """
            [statements]
            psd = SEQUENCE:psd
            [psd]
            id = OID:0.4.0.19495.2
            info = UTF8:PSP_AI
            """
        );

        Assert.False(PsdCertificate.Of(certificate).IsReadable);
        Assert.Equal(
            ["its statements are not as ETSI TS 119 495 has them: banks cannot read its roles"],
            CertificateJudgement.Faults(certificate, CertificateUse.Qseal, Now)
        );
    }

    [Theory]
    [InlineData("rsa", "Public Key Algorithm: rsaEncryption")]
    [InlineData("p256", "ASN1 OID: prime256v1")]
    public async Task What_is_made_for_sandboxes_stands_before_OpenSSL_and_before_ourselves(string key, string said)
    {
        var folder = Path.Combine(_folder.FullName, "keys");

        var (code, output, errors) = await Terminal.RunWithoutDatabase(
            "certificates",
            "make-test",
            folder,
            "--organization",
            "Littoral Apps",
            "--identifier",
            "PSDFR-ACPR-54321",
            "--key",
            key
        );

        Assert.True(code == ExitCode.Done, errors);
        Assert.Contains(
            $"client_certificate_file={Path.Combine(folder, "qwac.pem")}",
            output,
            StringComparison.Ordinal
        );
        var authority = Path.Combine(folder, "authority.pem");
        await Tools.Run(
            "openssl",
            "verify",
            "-x509_strict",
            "-CAfile",
            authority,
            "-purpose",
            "sslclient",
            In("qwac.pem")
        );
        await Tools.Run("openssl", "verify", "-x509_strict", "-CAfile", authority, In("qseal.pem"));
        foreach (
            var (name, use, number) in new[]
            {
                ("qwac", CertificateUse.Qwac, "3"),
                ("qseal", CertificateUse.Qseal, "2"),
            }
        )
        {
            var text = await Tools.Run(
                "openssl",
                "x509",
                "-noout",
                "-text",
                "-certopt",
                "ext_parse",
                "-in",
                In($"{name}.pem")
            );
            Assert.Contains(said, text, StringComparison.Ordinal);
            Assert.Contains("organizationIdentifier = PSDFR-ACPR-54321", text, StringComparison.Ordinal);
            Assert.Matches($@"OBJECT\s+:0\.4\.0\.1862\.1\.6\.{number}\s", text);
            Assert.Matches(@"OBJECT\s+:0\.4\.0\.19495\.1\.3\n.*UTF8STRING\s+:PSP_AI\n", text);
            Assert.Matches(@"UTF8STRING\s+:FR-ACPR", text);
            using var certificate = X509Certificate2.CreateFromPemFile(In($"{name}.pem"), In($"{name}.key"));
            Assert.Empty(CertificateJudgement.Faults(certificate, use, TimeProvider.System.GetUtcNow()));
            Assert.False(KeyFile.OthersCanRead(In($"{name}.key")));
        }

        // Nothing that is there is overwritten.
        var before = await File.ReadAllTextAsync(In("qwac.key"), TestContext.Current.CancellationToken);
        (code, _, errors) = await Terminal.RunWithoutDatabase("certificates", "make-test", folder);
        Assert.Equal(ExitCode.Failed, code);
        Assert.Contains("There is a file", errors, StringComparison.Ordinal);
        Assert.Equal(before, await File.ReadAllTextAsync(In("qwac.key"), TestContext.Current.CancellationToken));

        string In(string name) => Path.Combine(folder, name);
    }

    [Theory]
    [InlineData(-400, "it ended on ")]
    [InlineData(400, "it is not valid before ")]
    public async Task A_certificate_out_of_its_time_is_told(int days, string fault)
    {
        using var certificate = await Made("[statements]\n");

        Assert.Contains(
            CertificateJudgement.Faults(certificate, CertificateUse.Qseal, Now.AddDays(-days)),
            f => f.StartsWith(fault, StringComparison.Ordinal)
        );
    }

    [Fact]
    public async Task A_plain_certificate_is_none_for_banks()
    {
        await Tools.Run(
            "openssl",
            "req",
            "-x509",
            "-newkey",
            "rsa:1024",
            "-nodes",
            "-keyout",
            At("k.pem"),
            "-out",
            At("c.pem"),
            "-days",
            "100",
            "-subj",
            "/CN=plain",
            "-addext",
            "extendedKeyUsage=serverAuth"
        );
        using var certificate = X509CertificateLoader.LoadCertificateFromFile(At("c.pem"));

        Assert.Equal(
            [
                "it does not say what it is for (QcType, ETSI EN 319 412-5): no qualified certificate",
                "it lacks the role PSP_AI: banks give its holder no accounts",
                "its subject lacks the organizationIdentifier (2.5.4.97), by which banks know you",
                "it is not for clients (extended key usage clientAuth): banks refuse the connection",
                "its key of 1024 bits is too short: 2048 at least",
            ],
            CertificateJudgement.Faults(certificate, CertificateUse.Qwac, Now)
        );
    }

    /// <summary>A certificate of OpenSSL's making, with these statements, valid for 300 days.</summary>
    private async Task<X509Certificate2> Made(string statements)
    {
        var file = At("made.cnf");
        await File.WriteAllTextAsync(
            file,
            $"""
            [req]
            distinguished_name = name
            x509_extensions = extensions
            prompt = no
            utf8 = yes
            string_mask = utf8only
            [name]
            C = DE
            O = Littoral GmbH
            organizationIdentifier = PSDDE-BAFIN-123456
            CN = seal
            [extensions]
            keyUsage = critical, digitalSignature, nonRepudiation
            1.3.6.1.5.5.7.1.3 = ASN1:SEQUENCE:statements
            {statements}
            """,
            TestContext.Current.CancellationToken
        );
        await Tools.Run(
            "openssl",
            "req",
            "-x509",
            "-newkey",
            "rsa:2048",
            "-nodes",
            "-keyout",
            At("made.key"),
            "-out",
            At("made.pem"),
            "-days",
            "300",
            "-config",
            file
        );
        return X509CertificateLoader.LoadCertificateFromFile(At("made.pem"));
    }

    private string At(string name) => Path.Combine(_folder.FullName, name);
}
