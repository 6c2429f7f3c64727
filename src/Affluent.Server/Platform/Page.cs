namespace Affluent.Server.Platform;

/// <summary>Which part of a list is asked for: <c>page</c> counts from 1, <c>limit</c> is bounded per list.</summary>
internal sealed record Page(int Number, int Limit)
{
    /// <summary>Rows before this page.</summary>
    public long Skip => (long)(Number - 1) * Limit;
}

/// <summary>How a list is cut into pages.</summary>
/// <param name="Standard">Entries per page when the caller does not say.</param>
/// <param name="Maximum">The most entries per page; more is refused, with the maximum in the message.</param>
internal sealed record Paging(int Standard, int Maximum)
{
    public Parameter<long?> Number { get; } =
        Parameter.Count(
            "page",
            "Which page, counted from 1. A page past the end is an empty list.",
            standard: 1,
            maximum: int.MaxValue
        );

    public Parameter<long?> Limit { get; } =
        Parameter.Count("limit", $"How many entries a page has, at most {Maximum}.", Standard, Maximum);

    /// <summary>Both, for the description of a route.</summary>
    public Parameter[] Parameters => [Number, Limit];
}
