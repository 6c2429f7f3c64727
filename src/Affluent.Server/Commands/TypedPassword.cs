using System.Text;
using Affluent.Server.Platform;

namespace Affluent.Server.Commands;

/// <summary>A password from the standard input: one line, or typed at a terminal, which does not show it.</summary>
internal static class TypedPassword
{
    /// <param name="prompt">Where a person at a terminal is asked.</param>
    public static async Task<Secret> Read(TextWriter prompt, CancellationToken cancellation)
    {
        if (Console.IsInputRedirected)
        {
            return new Secret((await Console.In.ReadLineAsync(cancellation))?.TrimEnd('\r') ?? "");
        }
        await prompt.WriteAsync("New password: ");
        var typed = new StringBuilder();
        while (Console.ReadKey(intercept: true) is var key && key.Key != ConsoleKey.Enter)
        {
            if (key.Key != ConsoleKey.Backspace)
            {
                typed.Append(key.KeyChar);
            }
            else if (typed.Length > 0)
            {
                typed.Length--;
            }
        }
        await prompt.WriteLineAsync();
        return new Secret(typed.ToString());
    }
}
