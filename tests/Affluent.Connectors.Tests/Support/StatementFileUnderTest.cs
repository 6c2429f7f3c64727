using System.Text;
using Affluent.Connectors.Contract;
using Affluent.Connectors.StatementFiles;
using Affluent.Connectors.Testing;
using Affluent.Connectors.Testing.Conformance;

namespace Affluent.Connectors.Tests.Support;

/// <summary>A user who brings a file; there is no bank.</summary>
internal static class StatementFileUnderTest
{
    private const string File =
        "<OFX><STMTRS><CURDEF>EUR<BANKACCTFROM><ACCTID>secret-number-0123456789</BANKACCTFROM><BANKTRANLIST><STMTTRN><DTPOSTED>20261103<TRNAMT>-1</STMTTRN></BANKTRANLIST></STMTRS></OFX>";

    private static readonly DateTimeOffset Now = new(2026, 11, 22, 10, 0, 0, TimeSpan.Zero);

    private static readonly ChannelDefinition Channel = new()
    {
        Id = new ChannelDefinitionId("200"),
        Mode = ChannelMode.Embedded,
        Connector = "statement_file",
        AccountTypes = [BankAccountType.Checkings],
    };

    public static ConnectorUnderTest Make() =>
        new()
        {
            Connector = () => new StatementFileConnector(),
            Channel = Channel,
            Bank = () => new Nobody(),
            Now = Now,
            Secrets = ["secret-number-0123456789"],
            User = question =>
                question is Question.StatementFile
                && new StatementFileConnector().Pack(
                    Channel,
                    Encoding.UTF8.GetBytes(File),
                    new Dictionary<StatementHint, string>(),
                    Now
                )
                    is StatementAnswer.Packed packed
                    ? new StepInput.Answer(packed.Values)
                    : null,
        };

    private sealed class Nobody : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(
            HttpRequestMessage request,
            CancellationToken cancellationToken
        ) => throw new InvalidOperationException("A file asks nobody.");
    }
}
