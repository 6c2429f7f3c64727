using System.Collections.Concurrent;
using System.Xml.Linq;
using Microsoft.AspNetCore.DataProtection.Repositories;

namespace Affluent.TestBank;

/// <summary>Keeps the data protection keys of ASP.NET Core, which nothing here uses, in memory instead of in a file of the home folder.</summary>
internal sealed class MemoryKeys : IXmlRepository
{
    private readonly ConcurrentQueue<XElement> _elements = new();

    public IReadOnlyCollection<XElement> GetAllElements() => _elements;

    public void StoreElement(XElement element, string friendlyName) => _elements.Enqueue(element);
}
