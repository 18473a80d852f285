package diagram

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
)

func TestWidthOf_chineseAndEmojiAreTwiceAsWide(t *testing.T) {
	plain := widthOf("abcd", nameSize)
	require.InDelta(t, 2*plain, widthOf("商品信息", nameSize), 2)
	require.InDelta(t, 2*plain, widthOf("🚀🎉🚀🎉", nameSize), 2)
	require.Zero(t, widthOf("", nameSize))
}

func TestShorten_leavesOutTheMiddle(t *testing.T) {
	require.Equal(t, "short", shorten("short", nameSize, 100))
	long := "get-" + strings.Repeat("x", 300) + "-by-id"
	short := shorten(long, nameSize, 150)
	require.Regexp(t, `^get-x*…x*-by-id$`, short)
	for _, text := range []string{long, strings.Repeat("商", 60), strings.Repeat("👩‍👩‍👧", 20), strings.Repeat("e\u0301", 80), strings.Repeat("W", 99)} {
		for most := 30; most < 300; most += 7 {
			short := shorten(text, nameSize, most)
			require.LessOrEqual(t, widthOf(short, nameSize), most)
			require.True(t, utf8.ValidString(short))
			require.NotRegexp(t, "\u200d…|…[\u200d\u0301]", short, "what is joined stays joined")
		}
	}
}

func TestOneLine_showsWhatCannotBeSeen(t *testing.T) {
	for text, shown := range map[string]string{
		"item": "item", "": "(no name)", " \n": "(no name)", "a\nb": "a↵b", "a\tb": "a b", "\x00\xff": "��", "\u202eevil": "�evil", "<b>": "<b>",
	} {
		require.Equal(t, shown, oneLine(text))
	}
}
