using Deque.AxeCore.Commons;
using Microsoft.Playwright;
using Xunit;

namespace EndToEnd.Tests;

/// <summary>The rules of axe-core, on a page as it stands.</summary>
internal static class Axe
{
    private static readonly string Script = new BundledAxeScriptProvider().GetScript();

    /// <summary>What breaks a rule whose breach is serious or critical, each with the rule's name.</summary>
    public static async Task<string[]> Violations(IPage page)
    {
        // Evaluated from outside of the page, so that its content security policy stays as it is.
        await page.EvaluateAsync(Script);
        return await page.EvaluateAsync<string[]>(
            """
            async () => (await axe.run()).violations
              .filter((v) => v.impact === "critical" || v.impact === "serious")
              .map((v) => `${v.id}: ${v.nodes.map((n) => n.html).join(" ")}`)
            """
        );
    }

    /// <summary>Fails with all of them.</summary>
    public static async Task Check(IPage page)
    {
        var violations = await Violations(page);
        Assert.True(violations.Length == 0, $"{page.Url}\n{string.Join('\n', violations)}");
    }
}
