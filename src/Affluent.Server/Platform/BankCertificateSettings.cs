namespace Affluent.Server.Platform;

/// <summary>The settings that name the certificates by which banks know the operator, and their keys.</summary>
internal static class BankCertificateSettings
{
    public static IReadOnlyList<Setting> All { get; } =
    [
        SettingList.File(
            "client_certificate_file",
            "Certificate chain (PEM or PKCS#12) that is shown to banks which want one (QWAC)",
            (s, path) => s with { ClientCertificateFile = path },
            s => s.ClientCertificateFile
        ),
        BankKey(
            "client_key_file",
            "Private key of client_certificate_file (PEM or pkcs11:…), or the password of PKCS#12",
            (s, path) => s with { ClientKeyFile = path },
            s => s.ClientKeyFile
        ),
        SettingList.File(
            "seal_certificate_file",
            "Certificate (PEM or PKCS#12) with whose key requests to banks are signed (QSEAL)",
            (s, path) => s with { SealCertificateFile = path },
            s => s.SealCertificateFile
        ),
        BankKey(
            "seal_key_file",
            "Private key of seal_certificate_file (PEM, pkcs11:… or signer:…), or the password of PKCS#12",
            (s, path) => s with { SealKeyFile = path },
            s => s.SealKeyFile
        ),
        SettingList.File(
            "next_client_certificate_file",
            "The same of the certificate to come, for banks whose entries say certificates NEXT",
            (s, path) => s with { NextClientCertificateFile = path },
            s => s.NextClientCertificateFile
        ),
        BankKey(
            "next_client_key_file",
            "Private key of next_client_certificate_file",
            (s, path) => s with { NextClientKeyFile = path },
            s => s.NextClientKeyFile
        ),
        SettingList.File(
            "next_seal_certificate_file",
            "The same of the seal to come, for banks whose entries say certificates NEXT",
            (s, path) => s with { NextSealCertificateFile = path },
            s => s.NextSealCertificateFile
        ),
        BankKey(
            "next_seal_key_file",
            "Private key of next_seal_certificate_file",
            (s, path) => s with { NextSealKeyFile = path },
            s => s.NextSealKeyFile
        ),
    ];

    private static Setting BankKey(
        string name,
        string meaning,
        Func<Settings, string, Settings> set,
        Func<Settings, string?> get
    ) =>
        new(
            name,
            "PATH",
            meaning,
            (s, text) =>
                !SettingList.IsPath(text) ? "must be a path"
                : OperatorCertificate.FaultOfName(text) is { } fault ? fault
                : set(s, text),
            get
        );
}
