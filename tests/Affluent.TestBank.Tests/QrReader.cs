using StbImageSharp;
using ZXing;
using ZXing.Common;
using ZXing.QrCode;

namespace Affluent.TestBank.Tests;

/// <summary>Reads QR codes as the camera of a phone does, with decoders that know nothing of who drew them.</summary>
internal static class QrReader
{
    /// <summary>The text of the one code in a PNG.</summary>
    public static string TextOf(ReadOnlyMemory<byte> png)
    {
        var image = ImageResult.FromMemory(png.ToArray(), ColorComponents.RedGreenBlueAlpha);
        var light = new RGBLuminanceSource(
            image.Data,
            image.Width,
            image.Height,
            RGBLuminanceSource.BitmapFormat.RGBA32
        );
        return new QRCodeReader().decode(new BinaryBitmap(new HybridBinarizer(light)))?.Text
            ?? throw new InvalidDataException("There is no QR code in the image.");
    }

    /// <summary>The code that a QR code of the test bank tells.</summary>
    public static string CodeOf(ReadOnlyMemory<byte> png) => TextOf(png).Split(' ')[^1];
}
