package orderpage

import (
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/jade-go/jade/jadetest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// Whatever happens to a service, the page is there in time, as long as it has its item and its address.
func TestPage_faults(t *testing.T) {
	jadetest.Faults(t, newPage(open()), Order{ID: "o-1", Item: "tin", User: "mei"},
		jadetest.Deadline(time.Second), jadetest.AnswerWithin(needed+partial), jadetest.Pairs(),
		jadetest.MayFail("item", "address"), jadetest.MustDegrade("coins", "coupons"))
}
