namespace Affluent.Ledger;

/// <summary>Whether a category holds what goes or what comes; EXPENSE and INCOME of the published API.</summary>
public enum CategoryKind
{
    /// <summary>EXPENSE.</summary>
    Expense,

    /// <summary>INCOME.</summary>
    Income,
}

/// <summary>A category. Two levels: <see cref="ParentId"/> is null on the upper one.</summary>
/// <param name="Id">Upper-case code, stable for ever.</param>
public sealed record Category(string Id, string? ParentId, CategoryKind Kind, string French, string English);

/// <summary>The tree of categories, and the first guess of a transaction's place in it (rules: <see cref="CategoryRules"/>).</summary>
public static class Categories
{
    /// <summary>Where a transaction stays that no rule knows.</summary>
    public const string Uncategorized = "UNCATEGORIZED";

    // Id | kind (- expense, + income) | French | English; indented = child of the last one that is not. Known codes keep the
    // spelling in which they were published.
    private const string Table = """
        DAILY_LIFE | - | Vie quotidienne | Daily life
          SUPERMARKET | - | Supermarché, épicerie | Supermarket, groceries
          SNAKS_ANDWORK_MEALS | - | Snacks et repas au travail | Snacks and work meals
          DRESSING | - | Habillement | Clothing
          PETS | - | Animaux | Pets
          TELECOM | - | Télécoms et internet | Phone and internet
          CONSUMER_LOAN | - | Crédit à la consommation | Consumer loan
          SHOPPING | - | Achats divers | Shopping
          TOBACCO | - | Tabac, presse | Tobacco, newspapers
          CASH_WITHDRAWAL | - | Retrait d'espèces | Cash withdrawal
        HOUSING | - | Logement | Housing
          RENT | - | Loyer, charges | Rent, charges
          HOME_LOAN | - | Prêt immobilier | Home loan
          ENERGY | - | Énergie, eau | Energy, water
          HOME_INSURANCE | - | Assurance habitation | Home insurance
          HOME_IMPROVEMENT | - | Maison, bricolage, jardin | Home, do-it-yourself, garden
        TRANSPORT | - | Transports | Transport
          FUEL | - | Carburant | Fuel
          PUBLIC_TRANSPORT | - | Transports en commun, train | Public transport, train
          TOLLS_PARKING | - | Péage, stationnement | Tolls, parking
          TAXI | - | Taxi, VTC, location | Taxi, ride hailing, rental
          VEHICLE | - | Véhicule, entretien, assurance | Vehicle, upkeep, insurance
        LEISURE | - | Loisirs et sorties | Leisure and going out
          RESTAURANT | - | Restaurants, bars | Restaurants, bars
          SUBSCRIPTIONS | - | Abonnements, streaming | Subscriptions, streaming
          SPORT | - | Sport | Sport
          CULTURE | - | Culture, livres, jeux | Culture, books, games
          GAMBLING | - | Jeux d'argent | Gambling
          TRAVEL | - | Voyages, hôtels | Travel, hotels
        HEALTH | - | Santé | Health
          PHARMACY | - | Pharmacie | Pharmacy
          DOCTORS | - | Médecins, soins | Doctors, care
          HEALTH_INSURANCE | - | Mutuelle | Health insurance
        TAXES | - | Impôts et taxes | Taxes
        BANK | - | Banque et assurances | Bank and insurance
          BANK_FEES | - | Frais bancaires | Bank fees
          INSURANCE | - | Assurances | Insurance
          DEFERRED_CARD | - | Débit différé de carte | Deferred card debit
        SAVINGS_AND_TRANSFERS | - | Épargne et virements internes | Savings and own transfers
        SERVICES | - | Services | Services
          ONLINE_SERVICES | - | Services en ligne | Online services
          POST | - | Poste, livraison | Post, delivery
        INCOME | + | Revenus | Income
          SALARY | + | Salaire | Salary
          BENEFITS | + | Allocations, aides | Benefits
          PENSION | + | Retraite | Pension
          INTEREST_INCOME | + | Intérêts, dividendes | Interest, dividends
          REFUND | + | Remboursements | Refunds
        UNCATEGORIZED | - | Non catégorisé | Uncategorized
        """;

    /// <summary>All, each parent before its children.</summary>
    public static IReadOnlyList<Category> All { get; } = Read(Table);

    /// <summary>By <see cref="Category.Id"/>.</summary>
    public static IReadOnlyDictionary<string, Category> ById { get; } = All.ToDictionary(c => c.Id);

    /// <summary>
    /// The id of the category that the words or the kind of a movement name; <see cref="Uncategorized"/> when none does. A shop's
    /// name on money that came is a refund, so expenses are only given to money that went.
    /// </summary>
    public static string Guess(Movement movement, TransactionType type)
    {
        var words = movement.Counterparty is { } other ? $"{movement.Text} {other}" : movement.Text;
        if (CategoryRules.All.Anywhere(new Tokens(words), out var id) && Fits(ById[id!], movement.Amount))
        {
            return id!;
        }
        return type switch
        {
            TransactionType.BankFee => "BANK_FEES",
            TransactionType.Atm or TransactionType.Cash => "CASH_WITHDRAWAL",
            TransactionType.CreditCardPayment => "DEFERRED_CARD",
            TransactionType.InternalTransfer or TransactionType.PotentialTransfer => "SAVINGS_AND_TRANSFERS",
            TransactionType.Interest or TransactionType.Dividend => movement.Amount > 0
                ? "INTEREST_INCOME"
                : Uncategorized,
            TransactionType.Credit
            or TransactionType.Debit
            or TransactionType.Deposit
            or TransactionType.PointOfSale
            or TransactionType.Check
            or TransactionType.ElectronicPayment
            or TransactionType.DirectDeposit
            or TransactionType.DirectDebit
            or TransactionType.RepeatingPayment
            or TransactionType.Other => Uncategorized,
        };
    }

    private static bool Fits(Category category, long amount) => category.Kind == CategoryKind.Income == amount > 0;

    /// <summary>The categories of a table of the form above.</summary>
    internal static List<Category> Read(string table)
    {
        List<Category> all = [];
        string? parent = null;
        foreach (var line in table.Split('\n'))
        {
            var cells = line.Split('|', StringSplitOptions.TrimEntries);
            var upper = line[0] != ' ';
            var kind = cells[1] == "+" ? CategoryKind.Income : CategoryKind.Expense;
            all.Add(new Category(cells[0], upper ? null : parent, kind, cells[2], cells[3]));
            parent = upper ? cells[0] : parent;
        }
        return all;
    }
}
