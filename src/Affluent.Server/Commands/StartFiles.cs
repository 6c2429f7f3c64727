using Affluent.Server.Authorization;
using Affluent.Server.Platform;
using Affluent.Server.Synchronization;
using Affluent.TestBank;

namespace Affluent.Server.Commands;

/// <summary>
/// The files without which a process does not start: its keys, its certificate, the test bank's scenario. <c>check-config</c> and every start ask
/// here whether they hold what they are for, so that the one never accepts what the other refuses.
/// </summary>
internal static class StartFiles
{
    /// <summary>All that is wrong with them, by setting and file.</summary>
    public static async Task<IReadOnlyList<string>> Faults(Settings settings, CancellationToken cancellation)
    {
        List<string> faults = [];
        // One that is missing is made at the start, where that is allowed; ProductionRules has told of it where not.
        if (File.Exists(settings.MasterKeyFile))
        {
            Check("master_key_file", settings.MasterKeyFile, ReadMasterKey);
        }
        if (File.Exists(settings.SigningKeyFile))
        {
            Check("signing_key_file", settings.SigningKeyFile, ReadSigningKey);
        }
        foreach (var path in settings.OtherMasterKeyFiles)
        {
            Check("other_master_key_files", path, ReadMasterKey);
        }
        foreach (var path in settings.OtherSigningKeyFiles)
        {
            Check("other_signing_key_files", path, ReadSigningKey);
        }
        if (settings is { TlsCertificateFile: { } certificate, TlsKeyFile: { } key })
        {
            Check("tls_key_file", certificate, path => TlsCertificate.Load(path, key).Dispose());
        }
        if (settings is { WebhookCertificateFile: { } shown, WebhookKeyFile: { } its })
        {
            Check("webhook_key_file", shown, path => TlsCertificate.Load(path, its).Dispose());
        }
        foreach (var file in settings.BankCertificates.Where(f => f is { Certificate: not null, Key: not null }))
        {
            Check(file.KeySetting, file.Certificate!, _ => BankKeys.Load(file)?.Dispose());
        }
        if (settings.EnableBankingKeyFile is { } application)
        {
            Check(UpstreamSettings.KeyFile, application, path => BankKeys.LoadRsa(path).Dispose());
        }
        if (
            settings is
            { TestBankListen: not null, TestBankStrictness: not Strictness.Off, SealCertificateFile: { } seal }
        )
        {
            Check("test_bank_strictness", seal, _ => TestBankSetup.SealKeyOf(settings));
        }
        if (
            settings.TestBankListen is not null
            && await TestBankApp.FaultOfScenario(TestBankSetup.Alone(settings), TimeProvider.System, cancellation)
                is { } fault
        )
        {
            faults.Add($"test_bank_scenario: {fault}");
        }
        return faults;

        void Check(string setting, string path, Action<string> read)
        {
            try
            {
                read(path);
            }
            catch (Exception e) when (e is KeyFileException or IOException or UnauthorizedAccessException)
            {
                faults.Add($"{setting}: {e.Message}");
            }
        }
    }

    /// <summary>The faults as one message.</summary>
    public static string Describe(IEnumerable<string> faults) =>
        $"Files that the settings name cannot be used:\n{string.Join('\n', faults.Select(fault => "  - " + fault))}";

    private static void ReadMasterKey(string path) => MasterKey.Load(path, mayCreate: false);

    private static void ReadSigningKey(string path) => SigningKey.Load(path, mayCreate: false).ECDsa.Dispose();
}
