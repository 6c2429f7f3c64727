using Affluent.Connectors.Contract;

namespace Affluent.Server.Widget.Pages.Shared;

/// <summary>An image that the page carries within itself: it asks nobody for anything.</summary>
/// <param name="Source">A data URL (RFC 2397).</param>
/// <param name="Text">What it is, for those who do not see it.</param>
public sealed record ImageView(string Source, string Text)
{
    internal static ImageView? Of(QuestionImage? image, string text) =>
        image is null ? null : new($"data:{image.MediaType};base64,{Convert.ToBase64String(image.Content.Span)}", text);
}
