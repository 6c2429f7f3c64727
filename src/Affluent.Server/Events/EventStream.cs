using System.Net.ServerSentEvents;
using System.Text.Json;
using Affluent.Server.Authorization;
using Affluent.Server.Platform;
using Affluent.Server.Storage;

namespace Affluent.Server.Events;

/// <summary>An event and the number under which a reader goes on behind it.</summary>
internal sealed record StreamedEvent(long Id, EventMessage Message);

/// <summary>What a source gave, and where it goes on.</summary>
internal sealed record EventBatch(IReadOnlyList<StreamedEvent> Events, long Next);

/// <summary>Reads behind a place, waiting for so long when there is nothing.</summary>
internal delegate Task<EventBatch> EventSource(long from, TimeSpan wait, CancellationToken cancellation);

/// <summary>
/// Events as they happen, one by one (server-sent events, HTML standard, section 9.2). It ends with the token, with the program, and
/// when the reader goes; the reader comes again with <c>Last-Event-ID</c> and misses nothing.
/// </summary>
internal sealed class EventStream(long from, EventSource source) : IResult
{
    /// <summary>What the content is called.</summary>
    public const string ContentType = "text/event-stream";

    // So often a line comes, so that nobody in between takes the stream for dead, and the token is looked at.
    private static readonly TimeSpan Beat = TimeSpan.FromSeconds(15);

    private static ReadOnlyMemory<byte> Begin { get; } = "retry: 1000\n\n"u8.ToArray();
    private static ReadOnlyMemory<byte> StillThere { get; } = ": \n\n"u8.ToArray();

    /// <summary>Whether the reader wants a stream.</summary>
    public static bool IsAsked(HttpRequest request) =>
        request
            .GetTypedHeaders()
            .Accept.Any(accepted => accepted.MediaType.Equals(ContentType, StringComparison.OrdinalIgnoreCase));

    /// <summary>The last event that the reader of a stream has seen; it is newer than the address that it began with.</summary>
    public static long? LastOf(HttpRequest request, Parameter<long?> after, ParameterSource parameters)
    {
        if (!IsAsked(request) || request.Headers["Last-Event-ID"] is not [{ Length: > 0 } text, ..])
        {
            return null;
        }
        if (after.Reader(text, out var id) is { } fault)
        {
            parameters.Refuse(Problem.BadParameter("Last-Event-ID", fault));
        }
        return id;
    }

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var cancellation = httpContext.RequestAborted;
        var lifetime = httpContext.RequestServices.GetRequiredService<IHostApplicationLifetime>();
        var response = httpContext.Response;
        response.ContentType = ContentType;
        response.Headers.CacheControl = "no-store";
        // A proxy that collects what comes would keep events back.
        response.Headers["X-Accel-Buffering"] = "no";
        try
        {
            await response.Body.WriteAsync(Begin, cancellation);
            await response.Body.FlushAsync(cancellation);
            for (var place = from; !lifetime.ApplicationStopping.IsCancellationRequested; )
            {
                var batch = await source(place, Beat, cancellation);
                if (!await Access.IsStillValid(httpContext))
                {
                    return;
                }
                place = batch.Next;
                await Write(response, batch.Events, cancellation);
            }
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            // The reader has gone.
        }
    }

    private static async Task Write(
        HttpResponse response,
        IReadOnlyList<StreamedEvent> events,
        CancellationToken cancellation
    )
    {
        if (events.Count == 0)
        {
            await response.Body.WriteAsync(StillThere, cancellation);
        }
        else
        {
            await SseFormatter.WriteAsync(
                Items(events),
                response.Body,
                static (item, buffer) =>
                {
                    using var json = new Utf8JsonWriter(buffer);
                    JsonSerializer.Serialize(json, item.Data, QueueJson.Default.EventMessage);
                },
                cancellation
            );
        }
        await response.Body.FlushAsync(cancellation);
    }

    private static async IAsyncEnumerable<SseItem<EventMessage>> Items(IReadOnlyList<StreamedEvent> events)
    {
        foreach (var streamed in events)
        {
            yield return new SseItem<EventMessage>(streamed.Message, streamed.Message.Name.Word())
            {
                EventId = Ids.Text(streamed.Id),
            };
        }
        await Task.CompletedTask;
    }
}
