using System.Diagnostics;
using System.Text;
using Affluent.Connectors.Contract;
using AngleSharp.Dom;
using AngleSharp.Html.Dom;
using AngleSharp.Html.Parser;
using AngleSharp.Html.Parser.Tokens;
using AngleSharp.Html.Parser.Tokens.Struct;
using AngleSharp.Text;

namespace Affluent.Connectors.Scraping;

/// <summary>A page as parsed.</summary>
/// <param name="Document">Null when the page asks for more than a page may (<see cref="BankLimits"/>).</param>
internal sealed record ParsedPage(IHtmlDocument? Document);

/// <summary>
/// Parses pages of banks. The rules of HTML make some small pages costly (elements that lie thousands deep, formatting that is opened again in
/// each paragraph), so the parser is looked after at every piece of the page and stopped where it overruns.
/// </summary>
internal sealed class PageParser
{
    private const int AttributesBetweenLooks = 256;

    private readonly long _begun = Stopwatch.GetTimestamp();
    private readonly long _allocated = GC.GetAllocatedBytesForCurrentThread();
    private int _pieces;
    private int _attributes;
    private IElement? _last;

    private PageParser() { }

    /// <summary>Parses the bytes as they came, on this thread.</summary>
    public static ParsedPage Parse(ReadOnlyMemory<byte> bytes, Encoding encoding)
    {
        var look = new PageParser();
        var parser = new HtmlParser(
            new HtmlParserOptions
            {
                OnToken = look.OnToken,
                OnCreated = look.OnCreated,
                ShouldEmitAttribute = look.OnAttribute,
            }
        );
        try
        {
            return new ParsedPage(parser.ParseDocument(bytes, encoding));
        }
        catch (OverrunException)
        {
            return new ParsedPage(null);
        }
    }

    private void OnToken(HtmlToken token, TextRange range)
    {
        if (++_pieces > BankLimits.MostPieces)
        {
            throw new OverrunException();
        }
        Look();
    }

    // The element before stands in its place now.
    private void OnCreated(IElement element, TextPosition position)
    {
        var depth = 0;
        for (INode? node = _last; node is not null; node = node.Parent)
        {
            depth++;
        }
        _last = element;
        if (depth > BankLimits.DeepestElement)
        {
            throw new OverrunException();
        }
    }

    private bool OnAttribute(ref StructHtmlToken token, ReadOnlyMemory<char> name)
    {
        if (++_attributes % AttributesBetweenLooks == 0)
        {
            Look();
        }
        return true;
    }

    private void Look()
    {
        if (
            Stopwatch.GetElapsedTime(_begun) > BankLimits.LongestParsing
            || GC.GetAllocatedBytesForCurrentThread() - _allocated > BankLimits.MostParserMemory
        )
        {
            throw new OverrunException();
        }
    }

    private sealed class OverrunException : Exception;
}
