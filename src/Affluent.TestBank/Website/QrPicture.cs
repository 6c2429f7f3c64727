using Microsoft.AspNetCore.Http.HttpResults;
using QRCoder;

namespace Affluent.TestBank.Website;

/// <summary>Images that devices read. A bank's own kind needs its device or app; a QR code is read by any phone.</summary>
internal static class QrPicture
{
    private const int PixelsPerModule = 8;

    public static FileContentHttpResult Of(string text) => TypedResults.File(Png(text), "image/png");

    /// <summary>The text as a PNG.</summary>
    public static byte[] Png(string text)
    {
        using var code = QRCodeGenerator.GenerateQrCode(text, QRCodeGenerator.ECCLevel.M);
        using var image = new PngByteQRCode(code);
        return image.GetGraphic(PixelsPerModule);
    }
}
