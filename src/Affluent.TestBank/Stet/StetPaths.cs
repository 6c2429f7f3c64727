namespace Affluent.TestBank.Stet;

/// <summary>Where the STET face lives.</summary>
internal static class StetPaths
{
    public const string Root = "/stettestbank";
    public const string Authorize = Root + "/authorize";
    public const string Token = Root + "/token";
    public const string Revoke = Root + "/revoke";

    /// <summary>Base of the API, version 1.4.2.</summary>
    public const string Api = Root + "/stet/psd2/v1.4.2";
    public const string Accounts = Api + "/accounts";
}
