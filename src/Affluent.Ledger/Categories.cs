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

/// <summary>The tree of categories. Which of them a movement belongs to is decided by <see cref="Categorization"/>.</summary>
public static class Categories
{
    /// <summary>Where a transaction stays of which nothing is known.</summary>
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
          BEAUTY | - | Coiffeur, beauté | Hairdresser, beauty
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
        FAMILY | - | Enfants et études | Children and studies
          CHILDCARE | - | Garde d'enfants | Childcare
          EDUCATION | - | Scolarité, études | School, studies
        TAXES | - | Impôts et taxes | Taxes
        BANK | - | Banque et assurances | Bank and insurance
          BANK_FEES | - | Frais bancaires | Bank fees
          INSURANCE | - | Assurances | Insurance
          DEFERRED_CARD | - | Débit différé de carte | Deferred card debit
        SAVINGS_AND_TRANSFERS | - | Épargne et virements internes | Savings and own transfers
        SERVICES | - | Services | Services
          ONLINE_SERVICES | - | Services en ligne | Online services
          POST | - | Poste, livraison | Post, delivery
          PROFESSIONAL_SERVICES | - | Notaire, avocat, comptable | Notary, lawyer, accountant
          DONATIONS | - | Dons, associations | Donations
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

    /// <summary>The category above one of the lower level; an upper one itself.</summary>
    public static string Upper(string id) => ById[id].ParentId ?? id;

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
