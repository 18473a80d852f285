package notes

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Diary is what happened, and how long that was after its beginning.
type Diary struct {
	Begun   time.Time
	entries List[entry]
}

type entry struct {
	at   time.Duration
	what string
}

// NewDiary begins one.
func NewDiary() *Diary { return &Diary{Begun: time.Now()} }

// Note adds a line.
func (d *Diary) Note(format string, args ...any) {
	d.entries.Add(entry{time.Since(d.Begun), fmt.Sprintf(format, args...)})
}

// Read returns the lines in the order in which they were added, each after its time.
func (d *Diary) Read() []string { return lines(d.entries.All()) }

// ByTime is [Diary.Read] in the order of times, and of texts where that is the same.
func (d *Diary) ByTime() []string {
	entries := d.entries.All()
	slices.SortStableFunc(entries, func(a, b entry) int {
		return cmp.Or(cmp.Compare(a.at, b.at), strings.Compare(a.what, b.what))
	})
	return lines(entries)
}

// Clear forgets the lines, and goes on.
func (d *Diary) Clear() { d.entries.Clear() }

func lines(entries []entry) []string {
	texts := make([]string, len(entries))
	for i, e := range entries {
		texts[i] = e.at.String() + " " + e.what
	}
	return texts
}
