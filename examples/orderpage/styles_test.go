package main

import (
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

// trouble is what befalls one service.
type trouble struct {
	kind, service string
}

func (o options) with(tr trouble) options {
	switch tr.kind {
	case "slow":
		o.faults.slow[tr.service] = 641 * ms // so that nothing is done just when the calls must end
	case "fail":
		o.faults.fail[tr.service] = true
	case "down":
		o.faults.down[tr.service] = true
	case "hang":
		o.faults.hang[tr.service] = true
	case "panic":
		o.bugs[tr.service] = true
	}
	return o
}

// troubles are all faults of all services, and none.
func troubles() []trouble {
	all := []trouble{{}}
	for _, kind := range []string{"slow", "fail", "down", "hang", "panic"} {
		for _, name := range plan {
			all = append(all, trouble{kind, name})
		}
	}
	return all
}

// The two styles give the same page, or the same failure, at the same time,
// whatever befalls any two services, with much time and with little.
func TestStyles_sameAnswers(t *testing.T) {
	all := troubles()
	for i, one := range all {
		for _, other := range all[i:] {
			for _, deadline := range []time.Duration{800 * ms, 101 * ms} {
				var answers []gathered
				for _, style := range []string{"flow", "futures"} {
					synctest.Test(t, func(t *testing.T) {
						o := options{
							style: style, deadline: deadline, bugs: names{},
							faults: faults{slow: map[string]time.Duration{}, fail: names{}, down: names{}, hang: names{}},
						}
						answers = append(answers, gather(t.Context(), o.with(one).with(other), teaTin))
					})
				}
				flow, futures := answers[0], answers[1]
				require.Equal(t, said(futures.err), said(flow.err), "%v and %v in %s", one, other, deadline)
				require.Equal(t, pageJSON(futures.page), pageJSON(flow.page), "%v and %v in %s", one, other, deadline)
				require.Equal(t, futures.total, flow.total, "%v and %v in %s", one, other, deadline)
				if flow.err == nil { // else the flow answers before its calls have ended
					require.Equal(t, futures.calls, flow.calls, "%v and %v in %s", one, other, deadline)
				}
			}
		}
	}
}

// said is what an error says. Of an item and an address that are late at the
// same moment, or refused, either may be named.
func said(err error) string {
	if err == nil {
		return ""
	}
	part, how, _ := strings.Cut(err.Error(), ", ")
	if strings.HasPrefix(how, "class timeout") || strings.HasSuffix(how, syscall.ECONNREFUSED.Error()) {
		return how
	}
	return part + ", " + how
}

// A comparison that finds no difference must be able to find one.
func TestStyles_differencesAreSeen(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		whole := gather(t.Context(), options{style: "flow"}, teaTin)
		failed := gather(t.Context(), options{style: "futures", faults: faults{fail: names{"freight": true}}}, teaTin)
		require.NotEqual(t, pageJSON(whole.page), pageJSON(failed.page))
	})
}
