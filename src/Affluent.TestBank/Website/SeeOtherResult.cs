namespace Affluent.TestBank.Website;

/// <summary>303 See Other: after a form the browser must GET the next page, so a reload repeats nothing.</summary>
internal sealed class SeeOtherResult(string url) : IResult
{
    public Task ExecuteAsync(HttpContext httpContext)
    {
        httpContext.Response.StatusCode = StatusCodes.Status303SeeOther;
        httpContext.Response.Headers.Location = url;
        return Task.CompletedTask;
    }
}
