// Package lost leaves a goroutine behind that is older than the call of NoLeaks, and that nothing can end any more.
package lost_test

import (
	"runtime"
	"testing"

	"github.com/jade-go/jade/jadetest"
)

func older(c chan int) { <-c }

func TestLost(t *testing.T) {
	c := make(chan int)
	go older(c)
	jadetest.NoLeaks(t)
	runtime.KeepAlive(c)
}

// What was lost in another test is not held against this one.
func TestNext(t *testing.T) { jadetest.NoLeaks(t) }
