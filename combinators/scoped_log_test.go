package combinators_test

import (
	"sync"
	"time"
)

// scopedLog is all that was observed of one run. The checks read nothing else.
type scopedLog struct {
	mu     sync.Mutex
	start  time.Time
	seq    int64
	builds []span // of each vertex
	finals []scopedOutcome
	open   []bool // never completed
	inners []innerLog
	calls  []*callLog
	sights []sight
	waits  []*waitLog
	closes []*closeLog
	told   []tale
	crowed []crash
}

// moment is when something happened: seq orders what happens at one instant.
type moment struct {
	seq int64
	at  time.Duration
}

type span struct{ began, ended moment }

// before reports whether all of s was over when o began.
func (s span) before(o span) bool { return s.ended.seq > 0 && s.ended.seq < o.began.seq }

// innerLog is a future that the function of a FlatMap started.
type innerLog struct {
	owner int
	final scopedOutcome
}

// callLog is one call of a user's function.
type callLog struct {
	span
	vertex int
	what   string // body, quick, hook, or reading
	made   span   // hook: the call of OnDone; reading: of Map
}

// sight is one result that a user looked at.
type sight struct {
	span        // from the call of Await, Peek or OnDone to its result
	on      int // vertex; -1: one of several
	how     int // see the ways of watching
	outcome scopedOutcome
	firm    bool // it was waiting for the result when that came, and had no other reason to return
}

// waitLog is one wait.
type waitLog struct {
	span
	wait
	gaveUp   string // the record of its ctx's cause, if it returned that
	wrong    string // what was wrong with what it returned
	failure  string // the record that it returned
	returned bool
}

// closeLog is one call of Close.
type closeLog struct {
	span
	scope    int
	returned bool
	pending  []int  // vertices that were not complete when it returned
	other    string // what it returned besides unobserved failures
}

// tale is a failure that a scope told of.
type tale struct {
	scope   int
	name    string
	outcome scopedOutcome
	repeats bool // it is what the scope itself had ended with
	when    span // began: at the latest when the scope made up its mind, as far as is known
}

// crash is the panic of an OnDone's function.
type crash struct {
	on     int
	record string
}

func newScopedLog(vertices int) *scopedLog {
	return &scopedLog{start: time.Now(), builds: make([]span, vertices), finals: make([]scopedOutcome, vertices), open: make([]bool, vertices)}
}

func (l *scopedLog) now() moment {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.tick()
}

func (l *scopedLog) tick() moment {
	l.seq++
	return moment{l.seq, time.Since(l.start)}
}

// note has do write to the log. It returns the moment of that.
func (l *scopedLog) note(do func(m moment)) {
	l.mu.Lock()
	defer l.mu.Unlock()
	do(l.tick())
}

// call notes the begin of a function, and its end when done is called.
func (l *scopedLog) call(c *callLog) (done func()) {
	l.note(func(m moment) {
		c.began = m
		l.calls = append(l.calls, c)
	})
	return func() { l.note(func(m moment) { c.ended = m }) }
}

// saw notes what a look that began at a moment has seen.
func (l *scopedLog) saw(began moment, on, how int, o scopedOutcome) {
	l.sawFirmly(began, on, how, o, false)
}

// sawFirmly is saw for a look that, if it waited, waited for nothing but the result.
func (l *scopedLog) sawFirmly(began moment, on, how int, o scopedOutcome, firm bool) {
	l.note(func(m moment) {
		l.sights = append(l.sights, sight{span{began, m}, on, how, o, firm && began.at < m.at})
	})
}

func (l *scopedLog) begin(w wait) *waitLog {
	entry := &waitLog{wait: w}
	l.note(func(m moment) {
		entry.began = m
		l.waits = append(l.waits, entry)
	})
	return entry
}
