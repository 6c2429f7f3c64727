using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Affluent.Server.Widget.Pages.Shared;

/// <summary>The markup of a page.</summary>
/// <typeparam name="TView">What it shows.</typeparam>
public abstract class PageMarkup<TView> : ComponentBase
{
    /// <summary>What every page shares.</summary>
    [Parameter, EditorRequired]
    public Frame Frame { get; set; } = null!;

    /// <summary>What this one shows.</summary>
    [Parameter, EditorRequired]
    public TView View { get; set; } = default!;
}

/// <summary>Fills markup with what it shows.</summary>
internal static class PageMarkup
{
    public static RazorComponentResult<TMarkup> Of<TMarkup, TView>(Frame frame, TView view)
        where TMarkup : PageMarkup<TView> =>
        new(
            new Dictionary<string, object?>(StringComparer.Ordinal)
            {
                [nameof(PageMarkup<TView>.Frame)] = frame,
                [nameof(PageMarkup<TView>.View)] = view,
            }
        )
        {
            PreventStreamingRendering = true,
        };
}
