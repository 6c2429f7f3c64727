using System.Net;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;
using AngleSharp.Html.Dom;
using Microsoft.AspNetCore.Http;

namespace Affluent.Fuzz.Tests.Inventory;

/// <summary>What counts as a parser: what bears the name of one, and what makes a value of a text by the means of .NET.</summary>
internal static partial class Parsers
{
    private static readonly Type[] Texts =
    [
        typeof(string),
        typeof(byte[]),
        typeof(ReadOnlySpan<byte>),
        typeof(ReadOnlySpan<char>),
        typeof(ReadOnlyMemory<byte>),
        typeof(Stream),
        typeof(JsonElement),
        typeof(JsonElement?),
        typeof(HttpContent),
        typeof(HttpRequest),
        typeof(HttpContext),
        typeof(IQueryCollection),
        typeof(IFormCollection),
        typeof(IHtmlDocument),
    ];

    private static readonly (Type Type, string Method)[] Means =
    [
        (typeof(Uri), nameof(Uri.TryCreate)),
        (typeof(Uri), ConstructorInfo.ConstructorName),
        (typeof(Uri), nameof(Uri.UnescapeDataString)),
        (typeof(UriBuilder), ConstructorInfo.ConstructorName),
        (typeof(WebUtility), nameof(WebUtility.UrlDecode)),
        (typeof(WebUtility), nameof(WebUtility.HtmlDecode)),
        (typeof(Encoding), nameof(Encoding.GetString)),
        (typeof(Encoding), nameof(Encoding.GetEncoding)),
        (typeof(TimeZoneInfo), nameof(TimeZoneInfo.FindSystemTimeZoneById)),
        (typeof(string), nameof(string.Normalize)),
        (typeof(Regex), nameof(Regex.IsMatch)),
        (typeof(Regex), nameof(Regex.Match)),
        (typeof(Regex), nameof(Regex.Matches)),
        (typeof(Regex), nameof(Regex.Replace)),
        (typeof(Regex), nameof(Regex.Split)),
        (typeof(Regex), ConstructorInfo.ConstructorName),
        (typeof(AesGcm), nameof(AesGcm.Decrypt)),
        (typeof(HeaderDictionaryTypeExtensions), nameof(HeaderDictionaryTypeExtensions.GetTypedHeaders)),
    ];

    /// <summary>Whether a method of the product turns what comes from outside into a value.</summary>
    public static bool IsParser(MethodBase method, IEnumerable<MemberInfo> uses) =>
        !IsGenerated(method) && (HasTheName(method) || uses.OfType<MethodBase>().Any(IsMeans));

    /// <summary>The method as a person wrote it: of what the compiler made of a lambda or an iterator, the one around it.</summary>
    public static string NameOf(MethodBase method)
    {
        var type = method.DeclaringType!;
        var name = method.Name;
        while (type.DeclaringType is { } outer && IsMadeByCompiler(type))
        {
            name = Written().Match(type.Name) is { Success: true } inside ? inside.Groups["name"].Value : name;
            type = outer;
        }
        name = Written().Match(name) is { Success: true } lambda ? lambda.Groups["name"].Value : name;
        return $"{type.FullName!.Replace('+', '.')}.{name}";
    }

    private static bool HasTheName(MethodBase method) =>
        !method.IsPrivate
        && Name().IsMatch(method.Name)
        && method
            .GetParameters()
            .Any(p => Texts.Contains(p.ParameterType.IsByRef ? p.ParameterType.GetElementType() : p.ParameterType));

    private static bool IsMeans(MethodBase method)
    {
        var type = method.DeclaringType!;
        if (type.FullName?.StartsWith("Affluent.", StringComparison.Ordinal) == true)
        {
            return false;
        }
        return (method.Name.Contains("Parse", StringComparison.Ordinal) && !method.IsSpecialName)
            || method.Name.StartsWith("Deserialize", StringComparison.Ordinal)
            || method.Name.Contains("FromBase64", StringComparison.Ordinal)
            || method.Name.Contains("UrlDecode", StringComparison.Ordinal)
            || method.Name.Contains("DecodeFrom", StringComparison.Ordinal)
            || method.Name.Contains("ImportFromPem", StringComparison.Ordinal)
            || method.Name is "ReadFormAsync" or "ReadFromJsonAsync" or "ValidateTokenAsync"
            || Means.Any(m =>
                m.Type.IsAssignableFrom(type) && m.Method == method.Name && (type != typeof(Uri) || TakesText(method))
            );
    }

    private static bool TakesText(MethodBase method) =>
        method.GetParameters().Any(p => p.ParameterType == typeof(string));

    // Sources that generators make: they do what the targets ask of them, and are not ours to mend.
    private static bool IsGenerated(MethodBase method)
    {
        for (var type = method.DeclaringType; type is not null; type = type.DeclaringType)
        {
            if (
                type.IsAssignableTo(typeof(JsonSerializerContext))
                || type.Namespace
                    is "System.Text.RegularExpressions.Generated"
                        or "Microsoft.AspNetCore.Http.Generated"
                        or "System.Runtime.CompilerServices"
            )
            {
                return true;
            }
        }
        return false;
    }

    private static bool IsMadeByCompiler(Type type) =>
        type.Name.StartsWith('<') || type.GetCustomAttribute<CompilerGeneratedAttribute>() is not null;

    [GeneratedRegex(
        "^(Try)?(Read|Parse|Load|Open|Decode|Resolve)",
        RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture
    )]
    private static partial Regex Name();

    [GeneratedRegex("^<(?<name>[^>]+)>", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex Written();
}
