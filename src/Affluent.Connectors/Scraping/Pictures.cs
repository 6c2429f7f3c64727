using Affluent.Connectors.Contract;
using Affluent.Connectors.Reading;
using AngleSharp.Dom;
using AngleSharp.Html.Dom;

namespace Affluent.Connectors.Scraping;

/// <summary>The image beside a question, from which a device or an app reads.</summary>
internal static class Pictures
{
    private const int MostImages = 200;

    // As sites name it in text, class or file name.
    private static readonly string[] Names =
    [
        "qr",
        "phototan",
        "photo-tan",
        "photo_tan",
        "cronto",
        "scan",
        "challenge",
        "flicker",
        "matrix",
        "flashcode",
    ];

    // With which a page asks to hold a device before the one image in its form.
    private static readonly string[] Requests = ["scan", "flash", "photo", "lisez", "image", "picture"];

    /// <summary>Where the image of the question is, as the page writes it; null when the page shows none.</summary>
    public static string? SourceOn(IHtmlDocument page, IElement? form)
    {
        // The site's own decoration stands around what it asks.
        var images = page.QuerySelectorAll<IHtmlImageElement>("img[src]")
            .Take(MostImages)
            .Where(image => image.Closest("header, nav, footer, a") is null)
            .ToArray();
        var named = images.FirstOrDefault(image => PageText.Plain(Described(image)).ContainsAny(Names));
        if (named is null && form is not null && PageText.Plain(form.TextContent).ContainsAny(Requests))
        {
            named = images.Where(image => form.Contains(image)).ToArray() is [var only] ? only : null;
        }
        return named?.GetAttribute("src")!.Trim();
    }

    private static string Described(IHtmlImageElement image)
    {
        var source = image.GetAttribute("src")!;
        var file = IsData(source) ? "" : source[..Math.Min(source.Length, 300)];
        return $"{image.GetAttribute("alt")} {image.GetAttribute("title")} {image.Id} {image.ClassName} {file}";
    }

    /// <summary>Whether the image stands in the page itself (RFC 2397).</summary>
    public static bool IsData(string source) => source.StartsWith("data:", StringComparison.OrdinalIgnoreCase);

    /// <summary>The image that stands in the page itself; null when it is none that can be shown.</summary>
    public static QuestionImage? OfData(string source)
    {
        // Base64 takes four characters for three bytes, and an escape may take three for one of them.
        if (
            source.Length > 5 * QuestionImage.MostBytes
            || source.IndexOf(',', StringComparison.Ordinal) is not (> 0 and var comma)
        )
        {
            return null;
        }
        var bytes = new byte[source.Length - comma];
        return
            source[..comma].EndsWith(";base64", StringComparison.OrdinalIgnoreCase)
            && Convert.TryFromBase64String(Uri.UnescapeDataString(source[(comma + 1)..]), bytes, out var length)
            ? QuestionImages.Of(bytes.AsMemory(0, length))
            : null;
    }

    /// <summary>The bytes of an answer, up to one more than an image may have.</summary>
    public static async Task<byte[]> Read(HttpContent content, CancellationToken cancellation)
    {
        await using var stream = await content.ReadAsStreamAsync(cancellation);
        var bytes = new byte[QuestionImage.MostBytes + 1];
        var length = await stream.ReadAtLeastAsync(bytes, bytes.Length, throwOnEndOfStream: false, cancellation);
        return bytes[..length];
    }
}
