package risk

import "strings"

// common knows, by rule, the passwords that everybody who guesses tries first and
// that policies for passwords let through: a common word in any case, with the
// usual substitutes for letters, and one of the usual endings; and walks over the
// keyboard.
type common struct {
	words, endings, walks map[string]bool
	letters               *strings.Replacer // substitutes to letters
	longest               int               // bytes
}

func newCommon() *common {
	c := &common{
		words: set(commonWords), endings: set(commonEndings), walks: set(keyboardWalks),
		letters: strings.NewReplacer("@", "a", "4", "a", "0", "o", "$", "s", "5", "s", "1", "i", "!", "i", "3", "e", "7", "t"),
	}
	c.endings[""] = true
	for word := range c.words {
		for ending := range c.endings {
			c.longest = max(c.longest, len(word)+len(ending))
		}
	}
	return c
}

func set(words string) map[string]bool {
	m := map[string]bool{}
	for _, word := range strings.Fields(words) {
		m[word] = true
	}
	return m
}

// has reports whether a password is such a one.
func (c *common) has(password string) bool {
	if len(password) > c.longest {
		return false
	}
	password = strings.ToLower(password)
	for at := len(password); at > 0; at-- {
		if c.endings[password[at:]] && (c.words[c.letters.Replace(password[:at])] || c.walks[password[:at]]) {
			return true
		}
	}
	return false
}

// commonWords are what common passwords begin with.
const commonWords = "password passwort passwd welcome qwerty azerty admin administrator letmein iloveyou monkey dragon football baseball superman " +
	"batman princess sunshine shadow master login hello test testing secret changeme default user guest root summer winter spring autumn " +
	"abc abcd aa company temp pass"

// commonEndings stand behind them, if anything does.
const commonEndings = "1 2 12 123 1234 12345 123456 1! 12! 123! 1234! 12345! ! !! !1 !12 !123 @ @1 @12 @123 @1234 # #1 #123 $ . 0 00 01 007 2020 2021 " +
	"2022 2023 2024 2025 2026 2020! 2021! 2022! 2023! 2024! 2025! 2026! @2020 @2021 @2022 @2023 @2024 @2025 @2026 ? + 1? 123?"

// keyboardWalks are neighbours on the keyboard, in small letters.
const keyboardWalks = "12345678 123456789 1234567890 qwertyuiop qwer1234 asdfghjkl asdf1234 zxcvbnm 1qaz2wsx 1qaz@wsx !qaz2wsx zaq12wsx " +
	"zaq1@wsx zaq!2wsx 1q2w3e4r 1q2w3e4r5t q1w2e3r4 a1b2c3d4 1a2b3c4d"
