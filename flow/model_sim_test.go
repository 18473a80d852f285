package flow_test

import (
	"maps"
	"slices"
	"time"
)

// sim is the reference: it goes from one moment at which something happens to
// the next, and at each works out anew, from the rules alone, what is needed.
type sim struct {
	shape
	now      time.Duration
	done     map[int]bool
	value    map[int]int
	failures map[int][]failure // of a vertex that has failed: why
	parts    map[int]outcomeOf // of a vertex that is a part, and has begun
	spans    map[int]span
	chosen   map[int]int // of an either: the position of the branch
	dropped  map[int]bool
	roots    map[int]bool          // effects that run
	since    map[int]time.Duration // when a vertex was done
	any      bool                  // whether it is the turn of "any": after all else
	tie      bool                  // two successes of an "any" came at one moment
	wanted   map[int]bool          // what was needed, and may be again: it goes on
	ready    []int                 // what is to begin, if it is needed when all else has been settled
	times    times
	expired  bool         // the limit has passed
	spent    bool         // and what is reserved
	answers  map[int]bool // what the answer may need
	effects  map[int]bool // what effects may need
	loose    map[int]bool // calls that have failed and run on
}

// times are when the calls of a run are given up, and when it is over, since its beginning; zero: never.
type times struct{ at, end time.Duration }

// since is t as of a later beginning.
func (t times) since(begun time.Duration) times {
	if t.at == 0 {
		return t
	}
	return times{t.at - begun, t.end - begun}
}

// times works out those of the shape, and whether they come from around it.
func (s shape) times() (t times, inherited bool) {
	t = s.around
	if inherited = t.at > 0; s.limit > 0 && (!inherited || s.limit < t.at) {
		t, inherited = times{s.limit, s.limit}, false
	}
	if t.at > 0 {
		t.at -= min(s.reserve, t.at/2)
	}
	return t, inherited
}

// outcomeOf is what becomes of a part if nothing ends it.
type outcomeOf struct {
	answer answer
	spans  map[int]span
}

// answer is how a run ended.
type answer struct {
	value    int
	failures []failure
	how      string // value, failure, late, left
	at       time.Duration
}

// simulate returns the answer to in and what runs; the answer is empty if it is a
// matter of what is looked at first.
func (s shape) simulate(in int) (answer, map[int]span) {
	m := &sim{
		shape: s, done: map[int]bool{0: true}, value: map[int]int{0: in}, failures: map[int][]failure{}, parts: map[int]outcomeOf{},
		spans: map[int]span{}, chosen: map[int]int{}, dropped: map[int]bool{}, roots: map[int]bool{}, since: map[int]time.Duration{0: -1}, wanted: map[int]bool{},
		answers: map[int]bool{}, effects: map[int]bool{}, loose: map[int]bool{},
	}
	out := len(s.nodes) - 1
	var inherited bool
	m.times, inherited = s.times()
	m.mayServe(out, m.answers)
	var a answer
	for {
		m.settle(out)
		if a.how == "" && m.done[out] {
			a = answer{value: m.value[out], failures: m.failures[out], how: "value", at: m.now}
			if m.failures[out] != nil {
				a.how = "failure"
			}
		}
		m.tie = m.tie || a.how != "" && m.outlived()
		next, running := m.next()
		if ends, how := m.end(a.how == ""); ends > 0 && (!running || ends <= next) {
			m.now = ends
			if how != "left" && a.how == "" {
				m.complete() // what is part of the run has the same limit, and has answered by that
				m.expire()
				if how == "at" {
					continue
				}
				m.spend()
				m.settle(out)
				a = answer{value: m.value[out], failures: m.failures[out], how: "value", at: ends}
				if m.failures[out] != nil {
					a.how = "failure"
				}
			}
			m.stop(func(int) bool { return true })
			if a.how == "" {
				a = answer{how: how, at: ends}
			}
			running = false
		}
		if running && next >= time.Hour { // it waits for ever
			m.now = forever
			m.stop(func(int) bool { return true })
			if a.how == "" {
				a = answer{how: "never", at: forever}
			}
			running = false
		}
		if !running {
			break
		}
		m.now = next
		m.complete()
	}
	if m.tie {
		return answer{}, nil
	}
	if timeless := m.spent && a.at == m.times.end && (inherited || m.times.at < m.times.end); s.catch && a.how == "failure" && !timeless {
		a.value, a.how = caught, "value"
	}
	return a, m.all()
}

// all is what ran, by id.
func (m *sim) all() map[int]span {
	all := map[int]span{}
	for i, s := range m.spans {
		if m.nodes[i].part == nil {
			all[m.ids[i]] = s
			continue
		}
		for id, in := range m.parts[i].spans {
			begun := s.begun + in.begun
			if begun < s.ended {
				all[id] = span{begun, min(s.begun+in.ended, s.ended)}
			}
		}
	}
	return all
}

// forever is when what waits for its ctx has waited long enough for the model.
const forever = 2 * time.Hour

// end is when something happens to the run from outside, and what; zero if nothing does.
func (m *sim) end(waits bool) (time.Duration, string) {
	limit, how := m.times.end, "late"
	if waits && !m.expired && m.times.at < limit {
		limit, how = m.times.at, "at"
	}
	if m.leave > 0 && (limit == 0 || m.leave < limit) {
		return m.leave, "left"
	}
	return limit, how
}

// expire fails every call that runs. One that has not begun fails when it is needed. An effect has the time that is reserved, and
// so has a flow in the flow, which sees to its own calls.
func (m *sim) expire() {
	if m.expired {
		return
	}
	m.expired = true
	for i, s := range m.spans {
		_, nested := m.nodes[i].part.(nestedShape)
		if s.ended >= 0 || m.dropped[i] || !m.nodes[i].isCall() || !m.answers[i] || nested && m.times.at < m.times.end {
			continue
		}
		if m.effects[i] {
			m.loose[i] = true
		} else {
			m.spans[i] = span{s.begun, m.now}
		}
		m.failLate(i)
	}
}

// spend fails what takes time.
func (m *sim) spend() {
	m.spent = true
	for i, s := range m.spans {
		if s.ended < 0 && !m.dropped[i] && !m.loose[i] {
			m.spans[i] = span{s.begun, m.now}
			m.fail(i, []failure{{0, late}})
		}
	}
}

// outlived reports whether a flow in the flow, which effects may need, goes on when the run has been answered: nobody gives up its
// calls when some time is still reserved, which is not in the model.
func (m *sim) outlived() bool {
	for i, s := range m.spans {
		if _, nested := m.nodes[i].part.(nestedShape); nested && s.ended < 0 && m.effects[i] && m.times.at < m.times.end {
			return true
		}
	}
	return false
}

// mayServe marks what i may need, but for effects, which it notes.
func (m *sim) mayServe(i int, all map[int]bool) {
	if all[i] {
		return
	}
	all[i] = true
	for k, in := range m.nodes[i].inputs {
		if m.nodes[i].kind == "also" && k > 0 {
			m.mayServe(in, m.effects)
		} else {
			m.mayServe(in, all)
		}
	}
}

// failLate fails a call because of the limit: something may stand in for it.
func (m *sim) failLate(i int) bool {
	if p, ok := m.nodes[i].part.(policies); ok && p.fallback {
		return m.succeed(i, instead)
	}
	if e, ok := m.nodes[i].part.(elements); ok && e.settles {
		in := m.nodes[i].inputs[0]
		m.tie = m.tie || m.since[in] == m.now // whether the list was there in time is a matter of what was looked at first
		if s, begun := m.spans[i]; begun {
			return m.succeed(i, e.soFar(m.value[in], m.parts[i].spans, m.now-s.begun))
		}
		if m.ok(in) {
			return m.succeed(i, e.soFar(m.value[in], nil, 0))
		}
	}
	return m.fail(i, []failure{{0, late}})
}

// settle does all that happens at this moment.
func (m *sim) settle(out int) {
	m.any = false
	for changed := true; changed; {
		changed = false
		m.ready = nil
		needed := map[int]bool{}
		m.need(out, needed)
		for e := range m.roots {
			m.need(e, needed)
		}
		for w := range m.wanted {
			m.need(w, needed)
		}
		for i := range m.nodes {
			if needed[i] && !m.done[i] && m.advance(i) {
				changed = true
				break // what is needed may be another now
			}
		}
		if !changed && m.any {
			m.wanted = needed
		}
		if changed {
			m.any = false
		} else if !m.any {
			m.any, changed = true, true
		}
	}
	for i, v := range m.nodes {
		for _, k := range v.inputs { // which of them was first is a matter of what was looked at first
			together := m.failures[i] != nil && m.failures[k] != nil && m.since[i] == m.now && m.since[k] == m.now
			m.tie = m.tie || together && v.kind != "any" && !slices.Equal(m.failures[i], m.failures[k])
		}
	}
	for _, i := range m.ready {
		m.spans[i] = span{m.now, -1}
		if p := m.nodes[i].part; p != nil {
			t := m.times
			if !m.answers[i] { // it ends with the run
				t.at = t.end
				nested, ok := p.(nestedShape)
				m.tie = m.tie || ok && nested.reserve > 0 // its end is a moment before, which is not in the model
			}
			a, spans := p.run(m.value[m.nodes[i].inputs[0]], t.since(m.now))
			m.tie = m.tie || a.how == ""
			m.parts[i] = outcomeOf{a, spans}
		}
	}
	possible := map[int]bool{}
	m.mayNeed(out, possible)
	for e := range m.roots {
		m.mayNeed(e, possible)
	}
	maps.DeleteFunc(m.wanted, func(i int, _ bool) bool { return !possible[i] })
	m.stop(func(i int) bool { return !possible[i] })
}

// need marks what i needs, now.
func (m *sim) need(i int, needed map[int]bool) {
	if m.done[i] || needed[i] {
		return
	}
	needed[i] = true
	if m.expired && m.nodes[i].isCall() {
		return
	}
	in := m.nodes[i].inputs
	switch m.nodes[i].kind {
	case "after":
		m.need(in[1], needed)
		if m.ok(in[1]) {
			m.need(in[0], needed)
		}
	case "either":
		m.need(in[0], needed)
		if k := m.chosen[i]; k > 0 {
			m.need(in[k], needed)
		}
	case "also":
		m.roots[in[1]] = true
		m.need(in[0], needed)
		m.need(in[1], needed)
	default:
		for _, k := range in {
			enough := m.ok(k)
			if m.nodes[i].kind != "any" {
				enough = m.failures[k] != nil
			}
			if enough && m.since[k] < m.now {
				return
			}
		}
		for _, k := range in {
			m.need(k, needed)
		}
	}
}

// mayNeed marks what i needs or may come to need.
func (m *sim) mayNeed(i int, possible map[int]bool) {
	if m.done[i] || possible[i] {
		return
	}
	possible[i] = true
	for k, in := range m.nodes[i].inputs {
		if chosen := m.chosen[i]; chosen > 0 && k > 0 && k != chosen {
			continue
		}
		m.mayNeed(in, possible)
	}
}

func (m *sim) ok(i int) bool { return m.done[i] && m.failures[i] == nil }

// advance sees how far the inputs of i, which is needed, take it.
func (m *sim) advance(i int) (changed bool) {
	v := m.nodes[i]
	in := v.inputs
	if _, begun := m.spans[i]; begun || m.dropped[i] {
		return false
	}
	if m.expired && v.isCall() {
		return m.failLate(i)
	}
	switch v.kind {
	case "step", "map", "require", "policies", "each", "nested":
		args := make([]int, 0, len(in))
		for _, k := range in {
			if m.failures[k] != nil {
				return m.fail(i, m.failures[k])
			}
			args = append(args, m.value[k])
		}
		for _, k := range in {
			if !m.done[k] {
				return false
			}
		}
		switch {
		case v.kind == "map":
			return m.succeed(i, value(m.ids[i], args...))
		case v.kind == "require" && passes(args[0]):
			return m.succeed(i, m.ids[i])
		case v.kind == "require":
			return m.fail(i, []failure{{m.ids[i], endsBadly}})
		}
		return m.begin(i)
	case "after":
		if m.failures[in[1]] != nil {
			return m.fail(i, m.failures[in[1]])
		}
		return m.ok(in[1]) && m.pass(i, in[0])
	case "also":
		return m.pass(i, in[0])
	case "either":
		switch {
		case m.failures[in[0]] != nil:
			return m.fail(i, m.failures[in[0]])
		case !m.done[in[0]]:
			return false
		case m.chosen[i] == 0:
			m.chosen[i] = 2
			if m.value[in[0]]%2 == 0 {
				m.chosen[i] = 1
			}
			return true
		}
		return m.pass(i, in[m.chosen[i]])
	case "any":
		var all []failure
		complete := true
		if !m.any {
			return false
		}
		for _, k := range in {
			if m.ok(k) {
				for _, other := range in {
					m.tie = m.tie || m.ok(other) && m.since[other] == m.since[k] && m.value[other] != m.value[k]
				}
				return m.succeed(i, m.value[k])
			}
			complete = complete && m.done[k]
			all = append(all, m.failures[k]...)
		}
		return complete && m.fail(i, all)
	case "recover":
		if m.ok(in[0]) || m.spent { // it needs time
			return m.pass(i, in[0])
		}
		return m.done[in[0]] && m.begin(i)
	case "fallback":
		if m.failures[in[0]] != nil {
			return m.succeed(i, instead)
		}
		return m.pass(i, in[0])
	}
	switch { // try
	case m.ok(in[0]):
		return m.succeed(i, m.value[in[0]])
	case m.done[in[0]]:
		return m.succeed(i, -1)
	}
	return false
}

func (m *sim) succeed(i, v int) bool {
	m.done[i], m.value[i], m.since[i] = true, v, m.now
	return true
}

func (m *sim) fail(i int, why []failure) bool {
	m.done[i], m.failures[i], m.since[i] = true, why, m.now
	return true
}

func (m *sim) pass(i, from int) bool {
	if !m.done[from] {
		return false
	}
	m.done[i], m.value[i], m.failures[i], m.since[i] = true, m.value[from], m.failures[from], m.now
	return true
}

func (m *sim) begin(i int) bool {
	m.ready = append(m.ready, i)
	return false
}

// stop cancels those that run and that which says so.
func (m *sim) stop(which func(i int) bool) {
	for i, s := range m.spans {
		if s.ended < 0 && which(i) {
			m.spans[i] = span{s.begun, m.now}
			m.dropped[i] = true
		}
	}
}

// next is when the next function ends.
func (m *sim) next() (at time.Duration, running bool) {
	for i, s := range m.spans {
		if s.ended >= 0 {
			continue
		}
		end := s.begun + m.length(i)
		if !running || end < at {
			at, running = end, true
		}
	}
	return at, running
}

// length is how long vertex i, which has begun, takes if nothing ends it.
func (m *sim) length(i int) time.Duration {
	switch {
	case m.nodes[i].part != nil:
		return m.parts[i].answer.at
	case m.nodes[i].ends == waits:
		return time.Hour
	}
	return m.nodes[i].takes
}

// complete ends the function that ends now.
func (m *sim) complete() {
	for i, s := range m.spans {
		v := m.nodes[i]
		if s.ended >= 0 || v.ends == waits || s.begun+m.length(i) != m.now {
			continue
		}
		m.spans[i] = span{s.begun, m.now}
		if m.loose[i] {
			continue
		}
		switch part := m.parts[i].answer; {
		case v.part != nil && part.how == "value":
			m.succeed(i, part.value)
			continue
		case v.part != nil && part.how == "late":
			m.fail(i, []failure{{0, late}})
			continue
		case v.part != nil:
			m.fail(i, part.failures)
			continue
		case v.ends != endsWell:
			m.fail(i, []failure{{m.ids[i], v.ends}})
			continue
		}
		var args []int
		if v.kind == "step" {
			for _, k := range v.inputs {
				args = append(args, m.value[k])
			}
		}
		m.succeed(i, value(m.ids[i], args...))
	}
}
