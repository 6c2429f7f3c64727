using System.Text.Json;
using Affluent.Connectors.Contract;
using Affluent.Connectors.Reading;

namespace Affluent.Connectors.Stet;

/// <summary>How a list goes on behind one of its pages. Pure.</summary>
internal static class StetPages
{
    /// <param name="list">Name of the member that holds the rows.</param>
    public static NextPage After(
        StetPlace place,
        StetAnswer.Found found,
        string list,
        ChannelDefinition channel,
        StetSettings settings
    ) =>
        ListPages.After(
            place.Trail,
            found.Json,
            found.Address,
            found.Json.Item(list),
            found.Pages,
            () => found.Json.Items(list).All(row => IsNamed(row, place.List, channel.TransactionIds)),
            settings.Interface
        );

    private static bool IsNamed(JsonElement row, StetList list, TransactionIds ids) =>
        list switch
        {
            StetList.Accounts => row.Text("resourceId") is not null,
            StetList.Transactions => ids != TransactionIds.Absent && StetReading.IdOf(row) is not null,
        };
}
