using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using EndToEnd.Tests.Harness;
using Xunit;

namespace EndToEnd.Tests;

public sealed partial class HomeInBrowserTests
{
    [GeneratedRegex(@"http://\S+/household/setup\?code=\S+", RegexOptions.None, 1000)]
    private static partial Regex Invited();

    /// <summary>The program, started as a household starts it, with a test bank whose accounts are known.</summary>
    private sealed class Household(DirectoryInfo folder, ServerProcess process, Uri address) : IAsyncDisposable
    {
        public Uri Address => address;

        /// <summary>The address that the program has printed.</summary>
        public string Invitation => Invited().Match(process.Output).Value;

        public string Log => process.Output;

        public static async Task<Household> Start()
        {
            var folder = Directory.CreateTempSubdirectory("affluent-home-");
            var scenario = Path.Combine(folder.FullName, "rose.txt");
            await File.WriteAllTextAsync(scenario, Scenario, Stop);
            var address = new Uri($"http://127.0.0.1:{ServerProcess.FreePort()}");
            var process = await ServerProcess.Start(
                folder.FullName,
                Invited().IsMatch,
                "serve",
                "--environment",
                "home",
                "--listen",
                address.GetLeftPart(UriPartial.Authority),
                "--test-bank-listen",
                $"http://127.0.0.1:{ServerProcess.FreePort()}",
                "--test-bank-scenario",
                scenario
            );
            return new Household(folder, process, address);
        }

        /// <summary>What an application does with a setup token: claim it, once, and read.</summary>
        public async Task<IReadOnlyList<string>> Read(string token)
        {
            using var http = new HttpClient();
            var claim = Encoding.UTF8.GetString(Convert.FromBase64String(token));
            using var claimed = await http.PostAsync(claim, content: null, Stop);
            var url = new Uri(await claimed.Content.ReadAsStringAsync(Stop));
            using var again = await http.PostAsync(claim, content: null, Stop);
            Assert.Equal(System.Net.HttpStatusCode.Forbidden, again.StatusCode);
            using var request = new HttpRequestMessage(
                HttpMethod.Get,
                $"{url.GetComponents(UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.Unescaped)}/accounts?start-date=0"
            );
            request.Headers.Authorization = new AuthenticationHeaderValue(
                "Basic",
                Convert.ToBase64String(Encoding.UTF8.GetBytes(url.UserInfo))
            );
            using var answer = await http.SendAsync(request, Stop);
            var set = JsonSerializer.Deserialize<JsonElement>(await answer.Content.ReadAsStringAsync(Stop));
            return
            [
                .. set.GetProperty("accounts")
                    .EnumerateArray()
                    .Select(account =>
                        $"{account.GetProperty("name")} {account.GetProperty("balance")} {account.GetProperty("currency")}: "
                        + string.Join(
                            ' ',
                            account.GetProperty("transactions").EnumerateArray().Select(t => t.GetProperty("amount"))
                        )
                    ),
            ];
        }

        /// <summary>As the person at the machine does it.</summary>
        public async Task SetPassword(string password)
        {
            var (code, output, errors) = await OtherProgram.Run(
                ServerProcess.Program,
                ["users", "set-password", Email, "--environment", "home"],
                folder.FullName,
                new Dictionary<string, string>(),
                password + "\n"
            );
            Assert.True(code == 0, output + errors);
            Assert.DoesNotContain(password, output + errors, StringComparison.Ordinal);
        }

        public async ValueTask DisposeAsync()
        {
            await process.DisposeAsync();
            folder.Delete(recursive: true);
        }
    }
}
