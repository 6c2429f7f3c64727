namespace Affluent.Server.Platform;

/// <summary>
/// How problems are told below a path. Applications of a protocol that is not ours know its own form alone, also of what is answered before any route is
/// found: no such path, another method, too large a body, a host that is not ours.
/// </summary>
/// <param name="Path">Where, also below the path of the API.</param>
internal sealed record ProblemForm(string Path, Func<Problem, IResult> Show)
{
    /// <summary>The problem in the form of the request's path; null: in our own.</summary>
    public static IResult? Of(HttpContext context, Problem problem)
    {
        var path = context.Request.Path;
        var below = path.StartsWithSegments("/api", StringComparison.OrdinalIgnoreCase, out var rest) ? rest : path;
        return context
            .RequestServices.GetServices<ProblemForm>()
            .FirstOrDefault(form => below.StartsWithSegments(form.Path, StringComparison.OrdinalIgnoreCase))
            ?.Show(problem);
    }
}
