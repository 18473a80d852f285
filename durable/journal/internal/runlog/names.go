package runlog

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
)

// MaxID is the largest length of the id of a run, in bytes.
const MaxID = 200

const (
	suffix  = ".run"
	partial = ".tmp" // suffix of a file that is being written
	longest = 100    // characters of a key that spells out its id: the name of the file stays below 143 characters, the least limit in use (eCryptfs)
)

func checkID(id string) error {
	if id == "" {
		return fmt.Errorf("journal: the id of a run is empty")
	}
	if len(id) > MaxID {
		return fmt.Errorf("journal: the id %.20q… of a run has %d bytes: it can have %d", id, len(id), MaxID)
	}
	return nil
}

// keyOf returns the part of a file name that stands for id. Different ids have different keys, also where a file system ignores case or rewrites Unicode:
// a key has lower-case letters, digits, and "-", "_", ".", "=", "~" only.
func keyOf(id string) string {
	plain := 0
	for plain < len(id) && isPlain(id[plain]) {
		plain++
	}
	if plain == len(id) && plain <= longest {
		return id
	}
	var key strings.Builder
	for i := range len(id) {
		if isPlain(id[i]) {
			key.WriteByte(id[i])
		} else {
			fmt.Fprintf(&key, "=%02x", id[i])
		}
	}
	if key.Len() <= longest {
		return key.String()
	}
	sum := sha256.Sum256([]byte(id))
	return "~" + hex.EncodeToString(sum[:])
}

func isPlain(c byte) bool {
	return 'a' <= c && c <= 'z' || '0' <= c && c <= '9' || c == '-' || c == '_' || c == '.'
}

// idOf returns the id that key spells out. A key that is a hash spells out none.
func idOf(key string) (id string, ok bool) {
	var b strings.Builder
	for i := 0; i < len(key); i++ {
		if key[i] != '=' {
			b.WriteByte(key[i])
			continue
		}
		if i+2 >= len(key) {
			return "", false
		}
		c, err := strconv.ParseUint(key[i+1:i+3], 16, 8)
		if err != nil {
			return "", false
		}
		b.WriteByte(byte(c))
		i += 2
	}
	id = b.String()
	return id, id != "" && keyOf(id) == key
}

func isHash(key string) bool {
	return len(key) == 1+2*sha256.Size && key[0] == '~'
}

// fileOf returns the name of the file of a run in its folder. A finished run has two times in its name.
func fileOf(created, finished int64, key string) string {
	if finished == 0 {
		return fmt.Sprintf("%016x-%s%s", uint64(created), key, suffix)
	}
	return fmt.Sprintf("%016x-%016x-%s%s", uint64(created), uint64(finished), key, suffix)
}

// parseFile is the inverse of fileOf.
func parseFile(name string, done bool) (created, finished int64, key string, ok bool) {
	key, ok = strings.CutSuffix(name, suffix)
	if !ok {
		return 0, 0, "", false
	}
	if created, key, ok = cutTime(key); !ok {
		return 0, 0, "", false
	}
	if done {
		if finished, key, ok = cutTime(key); !ok || finished == 0 {
			return 0, 0, "", false
		}
	}
	return created, finished, key, fileOf(created, finished, key) == name
}

func cutTime(s string) (at int64, rest string, ok bool) {
	if len(s) < 17 || s[16] != '-' {
		return 0, "", false
	}
	n, err := strconv.ParseUint(s[:16], 16, 63)
	return int64(n), s[17:], err == nil
}
