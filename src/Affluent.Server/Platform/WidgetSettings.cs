using Affluent.Server.Storage;

namespace Affluent.Server.Platform;

/// <summary>The settings of the widget.</summary>
internal static class WidgetSettings
{
    public static IReadOnlyList<Setting> All { get; } =
    [
        new(
            "test_bank_entries",
            "channels|bank",
            "How the widget lists the test bank: an entry for each channel, or one for the bank (channels)",
            (s, text) =>
                Vocabulary<TestBankEntries>.TryRead(text, out var entries)
                    ? s with
                    {
                        TestBankEntries = entries,
                    }
                    : "must be channels or bank",
            s => s.TestBankEntries.Word()
        ),
    ];
}
