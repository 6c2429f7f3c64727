using System.Globalization;
using System.Text.Json;
using Affluent.Connectors.Contract;
using Affluent.Connectors.Reading;

namespace Affluent.Connectors.EnableBanking;

/// <summary>Asks Enable Banking, without a user, what it knows of the application and of the bank, and compares that with the entry.</summary>
internal sealed class EnableBankingProbe(StepContext context, string redirectUri)
{
    private readonly EnableBankingSettings _settings = EnableBankingSettings.Of(context.Channel);

    public Uri Address => _settings.Address;

    /// <summary>Each by what of the entry it tries.</summary>
    public (string Name, Func<CancellationToken, Task<ProbedResult>> Ask)[] Steps =>
        [
            ("application_id", stop => Ask("application", Application, stop)),
            ("redirect address", stop => Ask("application", Redirect, stop)),
            (
                "bank_name",
                stop =>
                    Ask($"aspsps?country={_settings.BankCountry}&psu_type={_settings.PsuType}&service=AIS", Bank, stop)
            ),
        ];

    private async Task<ProbedResult> Ask(
        string path,
        Func<JsonElement, ProbedResult> judge,
        CancellationToken cancellation
    )
    {
        var api = new EnableBankingApi(context, _settings);
        ProbedResult? result = null;
        var ended = await api.Sealed(async () =>
        {
            var answer = await api.Ask(HttpMethod.Get, path, json: null, cancellation);
            result = answer switch
            {
                EnableBankingAnswer.Found found => judge(found.Json),
                EnableBankingAnswer.Denied denied => Failed($"is refused: {denied.Words}"),
                _ => null,
            };
            return answer is EnableBankingAnswer.Ended ended ? ended.Result : api.Done();
        });
        return result
            ?? (
                ended is StepResult.Refused refused
                    ? Failed(refused.Detail)
                    : new ProbedResult.Failed(
                        ProbeBlame.Bank,
                        "Enable Banking does not answer, or counts our calls: try later"
                    )
            );
    }

    private ProbedResult Application(JsonElement application)
    {
        var environment = application.Text("environment");
        return application.Item("active")?.ValueKind != JsonValueKind.True
                ? Failed(
                    $"the application of {environment} is not active: link your accounts to it, or make a contract"
                )
            : !Has(application, "services", "AIS") ? Failed("the application may not read accounts (AIS)")
            : !Has(application, "countries", _settings.BankCountry)
                ? Failed($"the application is not for banks of {_settings.BankCountry}")
            : new ProbedResult.Good($"is known, active, and of the environment {environment}");
    }

    private ProbedResult Redirect(JsonElement application) =>
        Has(application, "redirect_urls", redirectUri)
            ? new ProbedResult.Good("is one of the application's")
            : Failed($"is none of the application's redirect URLs: add {redirectUri}");

    private ProbedResult Bank(JsonElement list)
    {
        var bank = list.Items("aspsps")
            .FirstOrDefault(bank =>
                bank.Text("name") == _settings.BankName && bank.Text("country") == _settings.BankCountry
            );
        if (bank.ValueKind == JsonValueKind.Undefined)
        {
            return Failed(
                $"the list has no such bank in {_settings.BankCountry} for accounts that are {_settings.PsuType}"
            );
        }
        if (
            bank.Decimal("maximum_consent_validity") is { } seconds
            && (decimal)_settings.Consent.TotalSeconds > seconds
        )
        {
            return Failed(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"consent_days is more than the bank allows: {Math.Floor(seconds / 86400)}"
                )
            );
        }
        string[] lacking =
        [
            .. bank.Items("required_psu_headers")
                .Select(header => header.AsText())
                .OfType<string>()
                .Where(name => !_settings.PsuHeaders.Contains(name, StringComparer.OrdinalIgnoreCase)),
        ];
        if (lacking.Length > 0)
        {
            return Failed($"psu_headers lacks what the bank wants: {string.Join(' ', lacking)}");
        }
        return
            _settings.AuthMethod is { } method && bank.Items("auth_methods").All(known => known.Text("name") != method)
            ? Failed("auth_method is none of the bank's")
            : new ProbedResult.Good("is in the list, and the entry says what the list says");
    }

    private static bool Has(JsonElement json, string list, string wanted) =>
        json.Items(list).Any(item => item.AsText() == wanted);

    private static ProbedResult.Failed Failed(string words) => new(ProbeBlame.Operator, words);
}
