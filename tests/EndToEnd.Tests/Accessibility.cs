using Microsoft.Playwright;
using Xunit;

namespace EndToEnd.Tests;

/// <summary>
/// What a machine can check of WCAG 2.2 AA on a page as it stands; each fault is told with its success criterion; and the rules of
/// <see cref="Axe"/>.
/// </summary>
internal static class Accessibility
{
    private const string Script = """
        () => {
          const faults = [];
          const fault = (criterion, element, why) =>
            faults.push(`${criterion} ${element ? element.outerHTML.slice(0, 120) : ""}: ${why}`);
          const shown = (element) => element.checkVisibility({ visibilityProperty: true }) && element.getClientRects().length > 0;
          if (!/^(fr|en)$/.test(document.documentElement.lang)) fault("3.1.1", document.documentElement, "no language");
          if (!document.title) fault("2.4.2", null, "no title");
          if (document.querySelectorAll("h1").length !== 1) fault("1.3.1", null, "not one h1");
          if (!document.querySelector("main")) fault("1.3.1", null, "no main");
          const ids = [...document.querySelectorAll("[id]")].map((e) => e.id);
          for (const id of ids.filter((id, i) => ids.indexOf(id) !== i)) fault("4.1.1", null, `id ${id} twice`);
          for (const e of document.querySelectorAll("[aria-describedby],[aria-labelledby]"))
            for (const name of ["aria-describedby", "aria-labelledby"])
              for (const id of (e.getAttribute(name) ?? "").split(" ").filter(Boolean))
                if (!document.getElementById(id)) fault("4.1.2", e, `${name} leads nowhere`);
          for (const e of document.querySelectorAll("input:not([type=hidden])"))
            if (![...e.labels].some((l) => l.textContent.trim())) fault("3.3.2", e, "no label");
          for (const e of document.querySelectorAll("button,a[href]"))
            if (!(e.textContent.trim() || e.getAttribute("aria-label"))) fault("4.1.2", e, "no name");
          for (const e of document.querySelectorAll("button,a[href],input:not([type=hidden])")) {
            if (!shown(e)) continue;
            const box = e.getBoundingClientRect();
            if (Math.min(box.width, box.height) < 24) fault("2.5.8", e, `target of ${box.width} by ${box.height}`);
          }
          if (document.documentElement.scrollWidth > innerWidth) fault("1.4.10", null, `${document.documentElement.scrollWidth} wide`);
          const parse = (color) => color.match(/[\d.]+/g).map(Number);
          const luminance = ([r, g, b]) => {
            const [x, y, z] = [r, g, b].map((v) => (v /= 255) <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
            return 0.2126 * x + 0.7152 * y + 0.0722 * z;
          };
          const ground = (e) => {
            for (; e; e = e.parentElement) {
              const color = getComputedStyle(e).backgroundColor;
              if (!color.startsWith("rgb")) return null;
              const parts = parse(color);
              if (parts.length === 3 || parts[3] === 1) return parts;
            }
            return [255, 255, 255];
          };
          const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
          while (walker.nextNode()) {
            const e = walker.currentNode.parentElement;
            if (!walker.currentNode.data.trim() || !shown(e) || e.closest("noscript,:disabled,[aria-hidden=true]")) continue;
            const style = getComputedStyle(e);
            const back = ground(e);
            if (!back) continue;
            const [a, b] = [luminance(parse(style.color)), luminance(back)].sort((x, y) => y - x);
            const ratio = (a + 0.05) / (b + 0.05);
            const large = parseFloat(style.fontSize) >= 24 || (parseFloat(style.fontSize) >= 18.66 && style.fontWeight >= 700);
            if (ratio < (large ? 3 : 4.5)) fault("1.4.3", e, `contrast ${ratio.toFixed(2)}`);
          }
          return faults;
        }
        """;

    /// <summary>Fails with every fault found.</summary>
    public static async Task Check(IPage page)
    {
        // Before its style sheet is there, nothing has the size that it will have.
        await page.WaitForLoadStateAsync(LoadState.Load);
        var faults = await page.EvaluateAsync<string[]>(Script);
        Assert.True(faults.Length == 0, $"{page.Url}\n{string.Join('\n', faults)}");
        await Axe.Check(page);
    }
}
