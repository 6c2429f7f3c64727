using System.Security.Cryptography;
using System.Text;

namespace Affluent.TestBank.People;

internal static class Secrets
{
    /// <summary>Compares without telling by its duration where the texts differ.</summary>
    public static bool AreEqual(string a, string b) =>
        CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(a), Encoding.UTF8.GetBytes(b));
}
