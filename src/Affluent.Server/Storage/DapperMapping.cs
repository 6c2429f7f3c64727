using System.Data;
using System.Globalization;
using Dapper;

namespace Affluent.Server.Storage;

/// <summary>
/// Rows are records with init properties; snake_case columns find their PascalCase property, and days become DateOnly.
/// </summary>
internal static class DapperMapping
{
    private static readonly int Epoch = new DateOnly(1970, 1, 1).DayNumber;

    public static void Configure()
    {
        DefaultTypeMap.MatchNamesWithUnderscores = true;
        SqlMapper.RemoveTypeMap(typeof(DateOnly));
        SqlMapper.RemoveTypeMap(typeof(DateOnly?));
        SqlMapper.AddTypeHandler(new DayHandler());
    }

    /// <summary>Days since 1970-01-01, as stored.</summary>
    public static int ToDays(DateOnly day) => day.DayNumber - Epoch;

    private sealed class DayHandler : SqlMapper.TypeHandler<DateOnly>
    {
        public override DateOnly Parse(object value) =>
            DateOnly.FromDayNumber(Convert.ToInt32(value, CultureInfo.InvariantCulture) + Epoch);

        public override void SetValue(IDbDataParameter parameter, DateOnly value)
        {
            parameter.DbType = DbType.Int32;
            parameter.Value = ToDays(value);
        }
    }
}
