namespace Affluent.TestBank.Imitation;

/// <summary>A request to a bank that is imitated, on its way to the face behind.</summary>
internal sealed class LikeRequest(HttpContext http, Manner manner, LikeRoute route, SaidValues values)
{
    public HttpContext Http => http;
    public Manner Manner => manner;
    public SaidValues Values => values;
    public LikeRoute Route { get; set; } = route;
    public byte[] Body { get; private set; } = [];
    public Translated? Translated { get; set; }

    /// <summary>The name under which an authorization request was kept that was pushed.</summary>
    public string? Pushed { get; set; }

    public async Task ReadBody()
    {
        http.Request.EnableBuffering();
        using var body = new MemoryStream();
        await http.Request.Body.CopyToAsync(body, http.RequestAborted);
        http.Request.Body.Position = 0;
        Body = body.ToArray();
    }

    /// <summary>Puts another query in the place of the one that came.</summary>
    public void Ask(IEnumerable<KeyValuePair<string, string?>> query) =>
        http.Request.QueryString = QueryString.Create(query.Where(q => q.Value is not null));

    /// <summary>Puts another JSON body in the place of the one that came.</summary>
    public void Replace(byte[] body)
    {
        http.Request.Body = new MemoryStream(body);
        http.Request.ContentLength = body.Length;
        http.Request.ContentType = "application/json";
    }
}
