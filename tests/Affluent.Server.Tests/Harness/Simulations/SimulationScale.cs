namespace Affluent.Server.Tests.Harness.Simulations;

/// <summary>How much happens in a simulation. Long ones see what comes of days, short ones can be played by the thousand.</summary>
internal sealed record SimulationScale
{
    /// <summary>Users of a client whose bank hangs now and then, and of one whose bank does not.</summary>
    public required int Users { get; init; }
    public required int ConnectionsEach { get; init; }
    public required int SteadyUsers { get; init; }

    /// <summary>After this nothing happens to nodes any more, and what was asked for must be done by the end.</summary>
    public required TimeSpan Mischief { get; init; }
    public required TimeSpan Length { get; init; }

    /// <summary>In how many of a node's steps something else happens to it than the next.</summary>
    public required int StepsPerMischief { get; init; }

    /// <summary>At most so many movements on a connection, requests, and minutes of a bank's trouble.</summary>
    public required int Movements { get; init; }
    public required int Requests { get; init; }
    public required int TroubleMinutes { get; init; }

    /// <summary>How many seeds are played where nobody says how many; on PostgreSQL one takes three times as long.</summary>
    public required (int OnSqlite, int OnPostgres) Seeds { get; init; }

    public int SeedsOn(DatabaseKind kind) =>
        kind switch
        {
            DatabaseKind.Sqlite => Seeds.OnSqlite,
            DatabaseKind.Postgres => Seeds.OnPostgres,
        };

    public static SimulationScale Days { get; } =
        new()
        {
            Users = 4,
            ConnectionsEach = 4,
            SteadyUsers = 2,
            Mischief = TimeSpan.FromDays(2),
            Length = TimeSpan.FromDays(3.5),
            StepsPerMischief = 100,
            Movements = 12,
            Requests = 40,
            TroubleMinutes = 400,
            Seeds = (5, 5),
        };

    // The second night comes after all that keeps a connection from being read in the first: the day's readings, the distance to the last.
    public static SimulationScale Hours { get; } =
        new()
        {
            Users = 1,
            ConnectionsEach = 2,
            SteadyUsers = 1,
            Mischief = TimeSpan.FromMinutes(75),
            Length = TimeSpan.FromHours(37),
            StepsPerMischief = 40,
            Movements = 4,
            Requests = 8,
            TroubleMinutes = 40,
            Seeds = (1000, 150),
        };
}
