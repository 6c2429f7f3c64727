using System.Net;

namespace Affluent.Connectors.Contract;

/// <summary>
/// Stands between connectors and the network, and keeps what <see cref="StepContext.Http"/> promises: an answer that grows too large,
/// or takes too long to its last byte, breaks off. It holds nothing back, so that a body is in memory once at the most: where the
/// connector reads it.
/// </summary>
public sealed class BoundedExchange(HttpMessageHandler inner, TimeProvider time) : DelegatingHandler(inner)
{
    /// <summary>Called for each piece of an answer, with its length in bytes; what it throws breaks the answer off.</summary>
    public Action<int>? Received { get; init; }

    /// <summary>Called once for each exchange, when it is over.</summary>
    public Action<ExchangeEnd>? Ended { get; init; }

    /// <inheritdoc />
    protected override async Task<HttpResponseMessage> SendAsync(
        HttpRequestMessage request,
        CancellationToken cancellationToken
    )
    {
        var deadline = new Deadline(time);
        var begun = time.GetTimestamp();
        HttpStatusCode? status = null;
        void End(Exception? failure) =>
            Ended?.Invoke(new(request.Method, request.RequestUri, status, failure, time.GetElapsedTime(begun)));

        try
        {
            using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
            var response = await base.SendAsync(request, either.Token);
            status = response.StatusCode;
            deadline.Heard();
            if (response.Content.Headers.ContentLength > BankLimits.LargestAnswer)
            {
                response.Dispose();
                throw TooLarge();
            }
            var body = await response.Content.ReadAsStreamAsync(either.Token);
            var bounded = new StreamContent(new BoundedBody(body, deadline, Received, End));
            foreach (var (name, values) in response.Content.Headers.NonValidated)
            {
                bounded.Headers.TryAddWithoutValidation(name, values);
            }
            response.Content = bounded;
            return response;
        }
        catch (OperationCanceledException cancelled) when (!cancellationToken.IsCancellationRequested)
        {
            var failure = TooLate(cancelled);
            deadline.Dispose();
            End(failure);
            throw failure;
        }
        catch (Exception failure)
        {
            deadline.Dispose();
            End(failure);
            throw;
        }
    }

    private static HttpIOException TooLarge() =>
        new(
            HttpRequestError.ConfigurationLimitExceeded,
            $"The answer is larger than {BankLimits.LargestAnswer} bytes."
        );

    private static HttpIOException TooLate(Exception cancelled) =>
        new(
            HttpRequestError.Unknown,
            $"Nothing for {BankLimits.LongestSilence.TotalSeconds} seconds, or no end within {BankLimits.LongestExchange.TotalSeconds}.",
            cancelled
        );

    /// <summary>
    /// When an exchange breaks off. A process that stood still finds both the answer and the end of its time when it goes on: the answer, which a bank may
    /// give only once, is looked at first.
    /// </summary>
    private sealed class Deadline : IDisposable
    {
        private static readonly TimeSpan Standstill = TimeSpan.FromSeconds(2);
        private static readonly TimeSpan Moment = TimeSpan.FromSeconds(2);

        private readonly CancellationTokenSource _source = new();
        private readonly TimeProvider _time;
        private readonly ITimer _timer;
        private readonly Lock _lock = new();
        private readonly long _begun;
        private TimeSpan _stoodStill;
        private TimeSpan _after;
        private long _setAt;
        private bool _isOver;

        public Deadline(TimeProvider time)
        {
            _time = time;
            _begun = time.GetTimestamp();
            _timer = time.CreateTimer(_ => Reach(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            Token = _source.Token;
            lock (_lock)
            {
                Set(BankLimits.LongestSilence);
            }
        }

        public CancellationToken Token { get; }

        /// <summary>A piece of the answer is there: the bank may be silent anew, as long as the whole does not take too long.</summary>
        public void Heard()
        {
            lock (_lock)
            {
                if (!_isOver)
                {
                    HasStoodStill();
                    var left = BankLimits.LongestExchange - (_time.GetElapsedTime(_begun) - _stoodStill);
                    Set(
                        left > BankLimits.LongestSilence ? BankLimits.LongestSilence
                        : left > TimeSpan.Zero ? left
                        : TimeSpan.Zero
                    );
                }
            }
        }

        public void Dispose()
        {
            lock (_lock)
            {
                _isOver = true;
            }
            _timer.Dispose();
        }

        private void Reach()
        {
            lock (_lock)
            {
                if (_isOver)
                {
                    return;
                }
                if (_after - _time.GetElapsedTime(_setAt) is var left && left > TimeSpan.Zero)
                {
                    // It rang for a time that has been set anew since: a piece of the answer was there first.
                    _timer.Change(left, Timeout.InfiniteTimeSpan);
                    return;
                }
                if (HasStoodStill())
                {
                    Set(Moment);
                    return;
                }
                _isOver = true;
            }
            _source.Cancel();
        }

        private void Set(TimeSpan after)
        {
            (_setAt, _after) = (_time.GetTimestamp(), after);
            _timer.Change(after, Timeout.InfiniteTimeSpan);
        }

        // The timer should have rung long ago. That time is not the bank's.
        private bool HasStoodStill()
        {
            var late = _time.GetElapsedTime(_setAt) - _after;
            if (late <= Standstill)
            {
                return false;
            }
            _stoodStill += late;
            return true;
        }
    }

    /// <summary>The body as it comes in, counted.</summary>
    private sealed class BoundedBody(Stream body, Deadline deadline, Action<int>? received, Action<Exception?> end)
        : Stream
    {
        private readonly CancellationToken _deadline = deadline.Token;
        private long _read;
        private bool _ended;

        public override async ValueTask<int> ReadAsync(
            Memory<byte> buffer,
            CancellationToken cancellationToken = default
        )
        {
            using var either = CancellationTokenSource.CreateLinkedTokenSource(_deadline, cancellationToken);
            try
            {
                // A body that is at hand looks at no clock.
                either.Token.ThrowIfCancellationRequested();
                var read = await body.ReadAsync(buffer, either.Token);
                _read += read;
                received?.Invoke(read);
                if (_read > BankLimits.LargestAnswer)
                {
                    throw TooLarge();
                }
                if (read == 0 && buffer.Length > 0)
                {
                    End(null);
                }
                else if (!_ended)
                {
                    deadline.Heard();
                }
                return read;
            }
            catch (OperationCanceledException cancelled) when (!cancellationToken.IsCancellationRequested)
            {
                var failure = TooLate(cancelled);
                End(failure);
                throw failure;
            }
            catch (Exception failure)
            {
                End(failure);
                throw;
            }
        }

        public override Task<int> ReadAsync(
            byte[] buffer,
            int offset,
            int count,
            CancellationToken cancellationToken
        ) => ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

        protected override void Dispose(bool disposing)
        {
            if (disposing)
            {
                body.Dispose();
                End(null);
            }
            base.Dispose(disposing);
        }

        private void End(Exception? failure)
        {
            if (!_ended)
            {
                _ended = true;
                deadline.Dispose();
                end(failure);
            }
        }

        public override bool CanRead => true;
        public override bool CanSeek => false;
        public override bool CanWrite => false;
        public override long Length => throw new NotSupportedException();
        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        /// <summary>A thread that waits for a bank could not be called back in time.</summary>
        public override int Read(byte[] buffer, int offset, int count) =>
            throw new NotSupportedException("Banks are read asynchronously.");

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override void Flush() => throw new NotSupportedException();
    }
}

/// <summary>How an exchange with a bank came out.</summary>
/// <param name="Status">Null when no answer came.</param>
/// <param name="Failure">Null when the answer was read as far as the connector wanted.</param>
public readonly record struct ExchangeEnd(
    HttpMethod Method,
    Uri? Address,
    HttpStatusCode? Status,
    Exception? Failure,
    TimeSpan Duration
);
