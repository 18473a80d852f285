package fc

import "strings"

// MessageCookies is that of the record, on level Warn, for cookies that an answer has no place for: see [Web].
const MessageCookies = "cookies lost"

const setCookie = "Set-Cookie"

// oneOf returns the last of the cookies with the name of the first, and the names of those with another.
func oneOf(cookies []string) (kept string, lost []string) {
	for _, cookie := range cookies {
		if kept == "" || cookieName(cookie) == cookieName(kept) {
			kept = cookie
		} else {
			lost = append(lost, cookieName(cookie))
		}
	}
	return kept, lost
}

func cookieName(cookie string) string {
	name, _, _ := strings.Cut(cookie, "=")
	return strings.TrimSpace(name)
}
