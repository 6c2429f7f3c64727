using Affluent.Bench;
using Affluent.Bench.Categories;

// dotnet run -c Release --project bench/Affluent.Bench -- [pages] [sync] [engine] [start] [matching] [categories] [banks] [signing] [webhooks] [events] [aspsps] [simplefin] | write-category-model
// PostgreSQL: AFFLUENT_TEST_POSTGRES=postgres://user@host:port/name (a database of its own is made there, and dropped at the end).
if (args is ["write-category-model"])
{
    CategoryAccuracy.WriteModel();
    return 0;
}
string[] known =
[
    "pages",
    "sync",
    "engine",
    "start",
    "matching",
    "categories",
    "banks",
    "signing",
    "webhooks",
    "events",
    "aspsps",
    "simplefin",
];
if (args.Except(known).Any())
{
    Console.Error.WriteLine($"Benchmarks: {string.Join(", ", known)}; none named: all.");
    return 2;
}
var asked = args.Length == 0 ? known : args;
var server = Environment.GetEnvironmentVariable("AFFLUENT_TEST_POSTGRES");
if (server is null && asked.Except(["matching", "categories", "banks", "signing", "aspsps"]).Any())
{
    Console.Error.WriteLine(
        "Set AFFLUENT_TEST_POSTGRES=postgres://user@host:port/name to a PostgreSQL that may be loaded."
    );
    return 2;
}
List<Figure> figures = [];
foreach (var name in asked)
{
    Console.WriteLine($"{name} …");
    figures.AddRange(
        name switch
        {
            "pages" => await PageOfTransactions.Run(server!),
            "sync" => await FirstSynchronization.Run(server!),
            "engine" => await Engine.Run(server!),
            "matching" => await Matching.Run(),
            "categories" => CategoryAccuracy.Run(),
            "banks" => await BankPages.Run(),
            "signing" => await Signing.Run(),
            "webhooks" => await Webhooks.Run(server!),
            "events" => await EventDelay.Run(server!),
            "aspsps" => await Aspsps.Run(),
            "simplefin" => await SimpleFin.Run(server!),
            _ => await StartAndMemory.Run(server!),
        }
    );
}
Console.WriteLine();
foreach (var figure in figures)
{
    Console.WriteLine(figure);
}
return figures.All(f => f.Reached) ? 0 : 1;
