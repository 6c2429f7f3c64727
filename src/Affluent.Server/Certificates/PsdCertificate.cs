using System.Formats.Asn1;
using System.Security.Cryptography.X509Certificates;
using Affluent.Server.Platform;

namespace Affluent.Server.Certificates;

/// <summary>What the authority lets its holder do (ETSI TS 119 495, section 4.2).</summary>
internal enum PspRole
{
    /// <summary>Holds accounts.</summary>
    PspAs,

    /// <summary>Initiates payments.</summary>
    PspPi,

    /// <summary>Reads accounts.</summary>
    PspAi,

    /// <summary>Issues cards.</summary>
    PspIc,
}

/// <summary>What a certificate says of a payment service provider (ETSI TS 119 495, sections 4 and 5).</summary>
/// <param name="Organization">The name (O).</param>
/// <param name="Identifier">The number at the authority (organizationIdentifier, 2.5.4.97): <c>PSDFR-ACPR-12345</c>.</param>
/// <param name="Use">Null: it does not say.</param>
/// <param name="Authority">Name and id of the authority that gave the roles; null: it names none.</param>
/// <param name="IsReadable">False: its statements are not as the standard has them, and what they say is missing here.</param>
internal sealed record PsdCertificate(
    string? Organization,
    string? Identifier,
    CertificateUse? Use,
    IReadOnlyList<PspRole> Roles,
    (string Name, string Id)? Authority,
    bool IsReadable
)
{
    private const string Statements = "1.3.6.1.5.5.7.1.3";
    private const string OfUse = "0.4.0.1862.1.6";
    private const string ForSeals = "0.4.0.1862.1.6.2";
    private const string ForWebsites = "0.4.0.1862.1.6.3";
    private const string OfPsd = "0.4.0.19495.2";
    private const string OfRoles = "0.4.0.19495.1.";
    private const string OfOrganization = "2.5.4.10";
    private const string OfIdentifier = "2.5.4.97";

    public static PsdCertificate Of(X509Certificate2 certificate)
    {
        var named = new PsdCertificate(
            NameOf(certificate, OfOrganization),
            NameOf(certificate, OfIdentifier),
            null,
            [],
            null,
            IsReadable: true
        );
        try
        {
            return certificate.Extensions[Statements] is { } extension ? named.With(extension.RawData) : named;
        }
        catch (AsnContentException)
        {
            return named with { IsReadable = false };
        }
    }

    private PsdCertificate With(byte[] statements)
    {
        var known = this;
        var all = new AsnReader(statements, AsnEncodingRules.DER).ReadSequence();
        while (all.HasData)
        {
            var statement = all.ReadSequence();
            known = statement.ReadObjectIdentifier() switch
            {
                OfUse => known with { Use = UseOf(statement.ReadSequence()) },
                OfPsd => known.WithRoles(statement.ReadSequence()),
                _ => known,
            };
        }
        return known;
    }

    private PsdCertificate WithRoles(AsnReader psd)
    {
        List<PspRole> roles = [];
        var all = psd.ReadSequence();
        while (all.HasData)
        {
            var role = all.ReadSequence().ReadObjectIdentifier();
            if (RoleOf(role) is { } known)
            {
                roles.Add(known);
            }
        }
        return this with { Roles = roles, Authority = (Text(psd), Text(psd)) };
    }

    private static CertificateUse? UseOf(AsnReader uses)
    {
        CertificateUse? use = null;
        while (uses.HasData)
        {
            use = uses.ReadObjectIdentifier() switch
            {
                ForSeals => CertificateUse.Qseal,
                ForWebsites => CertificateUse.Qwac,
                _ => use,
            };
        }
        return use;
    }

    private static PspRole? RoleOf(string identifier) =>
        identifier switch
        {
            OfRoles + "1" => PspRole.PspAs,
            OfRoles + "2" => PspRole.PspPi,
            OfRoles + "3" => PspRole.PspAi,
            OfRoles + "4" => PspRole.PspIc,
            _ => null,
        };

    private static string Text(AsnReader psd) => psd.ReadCharacterString(UniversalTagNumber.UTF8String);

    private static string? NameOf(X509Certificate2 certificate, string identifier) =>
        certificate
            .SubjectName.EnumerateRelativeDistinguishedNames()
            .Where(name => !name.HasMultipleElements && name.GetSingleElementType().Value == identifier)
            .Select(name => name.GetSingleElementValue())
            .FirstOrDefault();
}
