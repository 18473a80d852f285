package jadetest_test

import (
	"fmt"
	"testing"
	"testing/synctest"

	"github.com/jade-go/jade/jadetest"
)

// An order charges once, wherever it crashes.
func ExampleDurable() {
	_ = func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) { // so that time passes at once
			b := &bank{}
			d := jadetest.Durable(t, paidOrder(b, keyOf), 17, jadetest.Effect("charges", b.count))
			fmt.Println(d)
		})
	}
}
