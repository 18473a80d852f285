//go:build special

package tagged

import "github.com/jade-go/jade/flow"

// NewSpecial is there with a tag.
func NewSpecial() *flow.Flow[int, int] { return page("special") }
