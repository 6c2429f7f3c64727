using Affluent.Server.Platform;
using Affluent.Server.Storage;
using Affluent.Server.Widget;
using Affluent.Server.Widget.Pages;
using Affluent.Server.Widget.Pages.Shared;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Affluent.Server.EnableBankingFacade;

internal static partial class FacadePages
{
    /// <summary>Where the user goes when nothing comes of the way; null: the application was told so before, or got a code.</summary>
    private static async Task<string?> Refuse(
        HttpContext context,
        FacadeAuthorization authorization,
        string error,
        string description,
        CancellationToken cancellation
    )
    {
        var services = context.RequestServices;
        var now = services.GetRequiredService<TimeProvider>().Seconds();
        // One authorization gets one answer.
        return await services
            .GetRequiredService<Database>()
            .Write(db => FacadeStore.End(db, authorization.Id, now), cancellation)
            ? AddressOf(authorization, ("error", error), ("error_description", description))
            : null;
    }

    private static RazorComponentResult<Notice> Over(HttpContext context)
    {
        var language = Languages.Of(context.Request);
        context.Response.StatusCode = StatusCodes.Status400BadRequest;
        var (title, body) = new NoticeTexts(language).LinkUsed;
        return NoticeView.Show(FrameOf(language) with { HasError = true }, title, body);
    }
}
