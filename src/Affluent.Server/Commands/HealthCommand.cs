using System.CommandLine;

namespace Affluent.Server.Commands;

/// <summary><c>health</c>: asks a running process whether it can work, for supervisors that have no HTTP client of their own.</summary>
internal static class HealthCommand
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    public static Command Create()
    {
        var address = new Argument<Uri>("URL")
        {
            Description = "Where the process listens (http://127.0.0.1:5100)",
            DefaultValueFactory = _ => new Uri("http://127.0.0.1:5100"),
            CustomParser = given =>
            {
                if (
                    Uri.TryCreate(given.Tokens[0].Value, UriKind.Absolute, out var url)
                    && url.Scheme is "http" or "https"
                )
                {
                    return url;
                }
                given.AddError($"'{given.Tokens[0].Value}' is no address like http://127.0.0.1:5100.");
                return null!;
            },
        };
        var command = new Command(
            "health",
            "Ask a running process whether it can work; exit code 0 when it can, else 1."
        )
        {
            address,
        };
        command.SetAction(
            async (asked, cancellation) =>
            {
                var url = new Uri(asked.GetValue(address)!, "/health/ready");
                using var http = new HttpClient { Timeout = Patience };
                try
                {
                    using var answer = await http.GetAsync(url, cancellation);
                    var text = (await answer.Content.ReadAsStringAsync(cancellation)).Trim();
                    if (!answer.IsSuccessStatusCode)
                    {
                        throw new CommandException(ExitCode.Failed, $"{url} answers {(int)answer.StatusCode}: {text}");
                    }
                    await asked.InvocationConfiguration.Output.WriteLineAsync(text);
                }
                catch (Exception e) when (e is HttpRequestException or TaskCanceledException)
                {
                    throw new CommandException(ExitCode.Failed, $"{url} does not answer: {e.Message}");
                }
            }
        );
        return command;
    }
}
