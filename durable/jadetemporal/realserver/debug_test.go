package realserver

import (
	"fmt"
	"testing"
)

func dump(t *testing.T, id string) {
	for _, e := range historyOf(t, id).Events {
		s := fmt.Sprint(e)
		if len(s) > 600 {
			s = s[:600]
		}
		t.Log(e.GetEventTime().AsTime().Format("05.000"), s)
	}
}
