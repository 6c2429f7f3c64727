using Affluent.Server.Connections;
using Affluent.Server.Platform;
using Affluent.Server.Providers;
using Affluent.Server.Storage;
using Affluent.Server.Upstreams;
using Affluent.Server.Users;

namespace Affluent.Server.Commands;

/// <summary>How a command that erases users asks for the end of what they authorized at banks; a running node does it.</summary>
internal static class DeletedAccess
{
    /// <summary>The settings that it takes.</summary>
    public static readonly string[] Needed =
    [
        "master_key_file",
        "other_master_key_files",
        "catalogue_folder",
        "bank_variables_folder",
        "test_bank_listen",
        "test_bank_url",
        .. UpstreamSettings.Names,
    ];

    /// <summary>The master key and the catalogue are read for the first user who has authorized anything.</summary>
    public static async Task<EndAccess> Of(Settings settings, Database database, CancellationToken cancellation)
    {
        var clock = await DatabaseClock.Start(database, TimeProvider.System, cancellation);
        var ids = new Ids(clock, await database.Write(Ids.TakeNode, cancellation));
        BankRevocations? revocations = null;
        return async (db, userId) =>
        {
            if (await ChannelStore.Sessions(db, userId) is not [])
            {
                revocations ??= new(
                    await UpstreamLists.Import(db, settings, Banks.Load(settings), clock.Seconds()),
                    new Vault(MasterKey.Load(settings, mayCreate: false)),
                    ids,
                    clock
                );
                await revocations.OfUser(db, userId);
            }
        };
    }
}
