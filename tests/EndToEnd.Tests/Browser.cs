using Microsoft.Playwright;
using Xunit;

namespace EndToEnd.Tests;

/// <summary>
/// Chromium, started once for all tests. Where it is not installed the tests show as skipped, and in CI as failed. Its address may be
/// given as AFFLUENT_TEST_CHROMIUM.
/// </summary>
public sealed class Browser : IAsyncLifetime
{
    private static readonly string[] Places =
    [
        Environment.GetEnvironmentVariable("AFFLUENT_TEST_CHROMIUM") ?? "",
        "/usr/bin/chromium",
        "/usr/bin/chromium-browser",
        "/usr/bin/google-chrome",
    ];

    private IPlaywright? _playwright;
    private IBrowser? _browser;

    /// <summary>Where the browser is; null: there is none.</summary>
    internal static string? Executable => Places.FirstOrDefault(File.Exists);

    public async ValueTask InitializeAsync()
    {
        if (Executable is null)
        {
            return;
        }
        _playwright = await Playwright.CreateAsync();
        _browser = await _playwright.Chromium.LaunchAsync(
            new BrowserTypeLaunchOptions
            {
                ExecutablePath = Executable,
                // As browsers of users do: no window opens unless a click led to it.
                IgnoreDefaultArgs = ["--disable-popup-blocking"],
                Args =
                [
                    "--headless",
                    "--no-sandbox",
                    "--disable-gpu",
                    "--disable-quic",
                    "--no-first-run",
                    "--disable-background-networking",
                    "--disable-component-update",
                    "--disable-sync",
                    // As browsers of today do: a frame of another origin has no cookies.
                    "--test-third-party-cookie-phaseout",
                ],
            }
        );
    }

    /// <summary>A window of its own; skips the test where there is no browser.</summary>
    /// <param name="touch">Whether it is a phone: moved by fingers, with a keyboard on the screen.</param>
    public async Task<IPage> Open(int width = 1024, int height = 768, string locale = "en-GB", bool touch = false)
    {
        if (_browser is null)
        {
            Assert.SkipUnless(
                Environment.GetEnvironmentVariable("CI") is "true" or "1",
                "Chromium is not installed: apt-get install chromium, or set AFFLUENT_TEST_CHROMIUM."
            );
            Assert.Fail("In CI the tests need Chromium: apt-get install chromium, or set AFFLUENT_TEST_CHROMIUM.");
        }
        var context = await _browser!.NewContextAsync(
            new BrowserNewContextOptions
            {
                Locale = locale,
                HasTouch = touch,
                IsMobile = touch,
                ViewportSize = new ViewportSize { Width = width, Height = height },
            }
        );
        context.SetDefaultTimeout(60_000);
        return await context.NewPageAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (_browser is not null)
        {
            await _browser.DisposeAsync();
        }
        _playwright?.Dispose();
    }
}
