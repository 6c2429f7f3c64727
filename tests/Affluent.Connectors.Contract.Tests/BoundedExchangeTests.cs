using System.Net;
using Microsoft.Extensions.Time.Testing;

namespace Affluent.Connectors.Contract.Tests;

public sealed class BoundedExchangeTests
{
    private static readonly Uri Address = new("https://bank.example/accounts");

    private readonly FakeTimeProvider _time = new();
    private readonly List<ExchangeEnd> _ends = [];

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Nothing_is_read_before_the_connector_reads_and_every_byte_comes_once()
    {
        using var bank = new Bank(1_000_000, stated: 1_000_000);
        using var http = Client(bank);

        using var response = await http.GetAsync(Address, HttpCompletionOption.ResponseHeadersRead, Stop);
        var before = bank.Body.Given;
        var body = await response.Content.ReadAsByteArrayAsync(Stop);

        Assert.Equal(0, before);
        Assert.Equal(1_000_000, body.Length);
        Assert.Equal(1_000_000, bank.Body.Given);
        Assert.Equal("text/html", response.Content.Headers.ContentType?.MediaType);
        Assert.Equal((HttpMethod.Get, Address, HttpStatusCode.OK, null), Of(Assert.Single(_ends)));
    }

    [Theory]
    [InlineData(0, true)]
    [InlineData(1, false)]
    public async Task An_answer_of_the_largest_size_is_read_and_one_byte_more_is_not(int more, bool read)
    {
        using var bank = new Bank(BankLimits.LargestAnswer + more);
        using var http = Client(bank);

        var failure = await Record.ExceptionAsync(() => http.GetByteArrayAsync(Address, Stop));

        Assert.Equal(read, failure is null);
        Assert.Equal(read, Assert.Single(_ends).Failure is null);
    }

    [Fact]
    public async Task An_answer_without_end_is_given_up_soon_after_the_limit()
    {
        using var bank = new Bank(long.MaxValue);
        using var http = Client(bank);

        var failure = await Assert.ThrowsAsync<HttpRequestException>(() => http.GetByteArrayAsync(Address, Stop));

        var limit = Assert.IsType<HttpIOException>(failure.InnerException);
        Assert.Equal(HttpRequestError.ConfigurationLimitExceeded, limit.HttpRequestError);
        Assert.InRange(bank.Body.Given, BankLimits.LargestAnswer, BankLimits.LargestAnswer + (1 << 20));
        Assert.Same(limit, Assert.Single(_ends).Failure);
    }

    [Fact]
    public async Task An_answer_that_states_too_large_a_size_is_not_read_at_all()
    {
        using var bank = new Bank(long.MaxValue, stated: BankLimits.LargestAnswer + 1L);
        using var http = Client(bank);

        await Assert.ThrowsAsync<HttpIOException>(() =>
            http.GetAsync(Address, HttpCompletionOption.ResponseHeadersRead, Stop)
        );

        Assert.Equal(0, bank.Body.Given);
        Assert.Equal(HttpStatusCode.OK, Assert.Single(_ends).Status);
    }

    [Fact]
    public async Task A_silence_ends_the_exchange_wherever_it_falls()
    {
        using var bank = new Bank(100, stallsAt: 40);
        using var http = Client(bank);
        using var response = await http.GetAsync(Address, HttpCompletionOption.ResponseHeadersRead, Stop);
        var reading = response.Content.ReadAsByteArrayAsync(Stop);

        _time.Advance(BankLimits.LongestSilence - TimeSpan.FromSeconds(1));
        var inTime = reading.IsCompleted;
        _time.Advance(TimeSpan.FromSeconds(1));

        var failure = await Assert.ThrowsAsync<HttpRequestException>(() => reading);
        Assert.False(inTime);
        Assert.IsType<HttpIOException>(failure.InnerException);
        Assert.Equal(BankLimits.LongestSilence, Assert.Single(_ends).Duration);
    }

    [Theory]
    [InlineData(3, true)]
    [InlineData(5, false)]
    public async Task An_answer_may_take_its_time_as_long_as_it_comes_and_ends(int pieces, bool read)
    {
        var pause = BankLimits.LongestSilence - TimeSpan.FromSeconds(1);
        Assert.True(3 * pause < BankLimits.LongestExchange && 5 * pause > BankLimits.LongestExchange);
        using var bank = new Bank(pieces);
        using var http = Client(bank);
        using var response = await http.GetAsync(Address, HttpCompletionOption.ResponseHeadersRead, Stop);
        await using var body = await response.Content.ReadAsStreamAsync(Stop);
        var failure = await Record.ExceptionAsync(async () =>
        {
            while (await body.ReadAsync(new byte[1], Stop) > 0)
            {
                // In one leap it would look like a process that stood still.
                for (var second = 0; second < pause.TotalSeconds; second++)
                {
                    _time.Advance(TimeSpan.FromSeconds(1));
                }
            }
        });

        Assert.Equal(read, failure is null);
        Assert.Equal(read, Assert.Single(_ends).Failure is null);
        Assert.InRange(_ends[0].Duration, TimeSpan.Zero, BankLimits.LongestExchange + pause);
    }

    [Fact]
    public async Task The_callers_own_cancellation_is_one()
    {
        using var bank = new Bank(100, stallsAt: 40);
        using var http = Client(bank);
        using var cancelled = new CancellationTokenSource();
        using var response = await http.GetAsync(Address, HttpCompletionOption.ResponseHeadersRead, Stop);
        var reading = response.Content.ReadAsByteArrayAsync(cancelled.Token);

        await cancelled.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reading);
    }

    [Fact]
    public async Task A_bank_that_never_answers_is_given_up()
    {
        using var bank = new Bank(0, answers: false);
        using var http = Client(bank);
        var asked = http.GetAsync(Address, Stop);

        _time.Advance(BankLimits.LongestSilence);

        await Assert.ThrowsAsync<HttpIOException>(() => asked);
        Assert.Null(Assert.Single(_ends).Status);
    }

    [Theory]
    [InlineData(1, true)]
    [InlineData(2, false)]
    public async Task A_process_that_stood_still_looks_at_the_answer_before_it_gives_up(int moment, bool waits)
    {
        using var bank = new Bank(0, answers: false);
        using var http = Client(bank);
        var asked = http.GetAsync(Address, Stop);

        _time.Advance(BankLimits.LongestSilence + TimeSpan.FromMinutes(1));
        _time.Advance(TimeSpan.FromSeconds(moment));

        Assert.Equal(waits, await Task.WhenAny(asked, Task.Delay(waits ? 50 : 10_000, Stop)) != asked);
    }

    [Fact]
    public async Task An_answer_that_came_while_the_process_stood_still_is_read_to_its_end()
    {
        var answer = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var bank = new Bank(100, answer: answer.Task);
        using var http = Client(bank);
        var asked = http.GetByteArrayAsync(Address, Stop);

        _time.Advance(BankLimits.LongestExchange + TimeSpan.FromMinutes(2));
        answer.SetResult();

        Assert.Equal(100, (await asked).Length);
    }

    [Fact]
    public async Task A_bell_that_rang_when_the_answer_was_there_already_ends_nothing()
    {
        var time = new LateBell();
        using var bank = new Bank(100);
        using var http = new HttpClient(new BoundedExchange(bank, time));
        using var response = await http.GetAsync(Address, HttpCompletionOption.ResponseHeadersRead, Stop);

        time.Ring();

        Assert.Equal(100, (await response.Content.ReadAsByteArrayAsync(Stop)).Length);
    }

    /// <summary>Its timers ring when they are told to.</summary>
    private sealed class LateBell : TimeProvider
    {
        public Action Ring { get; private set; } = () => { };

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            Ring = () => callback(state);
            return new Silent();
        }

        private sealed class Silent : ITimer
        {
            public bool Change(TimeSpan dueTime, TimeSpan period) => true;

            public void Dispose() { }

            public ValueTask DisposeAsync() => ValueTask.CompletedTask;
        }
    }

    private HttpClient Client(Bank bank) => new(new BoundedExchange(bank, _time) { Ended = _ends.Add });

    private static (HttpMethod, Uri?, HttpStatusCode?, Exception?) Of(ExchangeEnd end) =>
        (end.Method, end.Address, end.Status, end.Failure);

    /// <summary>Answers every request with a body of so many bytes.</summary>
    private sealed class Bank(
        long size,
        long? stated = null,
        long stallsAt = long.MaxValue,
        bool answers = true,
        Task? answer = null
    ) : HttpMessageHandler
    {
        public CountedBody Body { get; } = new(size, stallsAt);

        protected override async Task<HttpResponseMessage> SendAsync(
            HttpRequestMessage request,
            CancellationToken cancellationToken
        )
        {
            if (!answers)
            {
                await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken);
            }
            await (answer ?? Task.CompletedTask).WaitAsync(cancellationToken);
            var response = new HttpResponseMessage(HttpStatusCode.OK) { Content = new StreamContent(Body) };
            response.Content.Headers.ContentType = new("text/html");
            response.Content.Headers.ContentLength = stated;
            return response;
        }
    }

    private sealed class CountedBody(long size, long stallsAt) : Stream
    {
        public long Given { get; private set; }

        public override async ValueTask<int> ReadAsync(
            Memory<byte> buffer,
            CancellationToken cancellationToken = default
        )
        {
            if (Given >= stallsAt)
            {
                await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken);
            }
            var given = (int)Math.Min(buffer.Length, Math.Min(size, stallsAt) - Given);
            buffer.Span[..given].Fill((byte)' ');
            Given += given;
            return given;
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

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override void Flush() => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
