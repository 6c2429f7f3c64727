using Affluent.Server.Connections;
using Affluent.Server.EnableBankingFacade;
using Xunit;

namespace Affluent.Server.Tests.EnableBankingFacade;

/// <summary>How a session stands, decided without a database.</summary>
public sealed class FacadeMappingTests
{
    [Fact]
    public void A_session_ends_with_the_consent_of_the_bank_though_its_own_time_goes_on()
    {
        Assert.Equal(FacadeSessionStatus.Authorized, At(499, Channel(ChannelStatus.Success, 500)));
        Assert.Equal(FacadeSessionStatus.Expired, At(500, Channel(ChannelStatus.Success, 500)));
        Assert.Equal(FacadeSessionStatus.Expired, At(10, Channel(ChannelStatus.TokenExpired, 900)));
        // Another channel goes on; one that is not used says nothing.
        Assert.Equal(
            FacadeSessionStatus.Authorized,
            At(10, Channel(ChannelStatus.TokenExpired, 900), Channel(ChannelStatus.Success, null))
        );
        Assert.Equal(FacadeSessionStatus.Authorized, At(10, Channel(ChannelStatus.Empty, 5)));
        Assert.Equal(FacadeSessionStatus.Expired, At(1000, Channel(ChannelStatus.Success, null)));
    }

    private static ChannelRow Channel(ChannelStatus status, long? ends) => new() { Status = status, ExpiresAt = ends };

    private static FacadeSessionStatus At(long now, params ChannelRow[] channels) =>
        FacadeMapping.StatusOf(new FacadeSession { ValidUntil = 1000 }, new ConnectionRow(), channels, now);
}
