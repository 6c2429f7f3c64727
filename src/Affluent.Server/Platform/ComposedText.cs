using System.Text;

namespace Affluent.Server.Platform;

/// <summary>Text as it is compared: an accent typed as one character or as two is the same (Unicode normalization form C).</summary>
internal static class ComposedText
{
    public static string Of(string text)
    {
        try
        {
            return text.Normalize(NormalizationForm.FormC);
        }
        // It holds what is no character: nobody means the same by another.
        catch (ArgumentException)
        {
            return text;
        }
    }
}
