using Affluent.Server;
using Affluent.Server.Platform;
using Affluent.Server.Storage;

var settings = new Settings();
await using var database = Database.Open(settings.Database);
await Migrator.Migrate(database, TimeProvider.System, CancellationToken.None);
var masterKey = MasterKey.Load(settings.MasterKeyFile, mayCreate: true);
await App.Build(settings, database, masterKey, node: 0, TimeProvider.System).RunAsync();
