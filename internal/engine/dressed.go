package engine

import "context"

// Dressed is a ctx that has the values of another one on top of those of the ctx
// below it, and else is that ctx. Work that is started with it finds what is around it as if it were started with that.
type Dressed interface {
	context.Context
	Below(Seal) context.Context
}

// Seal keeps a ctx of a user's from being a [Dressed] by mistake.
type Seal struct{}

// LifeKey is the key under which package future looks for a ctx of this project.
type LifeKey struct{}

// NameKey is the key of the name that a ctx gives to what is started with it.
type NameKey struct{}

// CancelKey is the key under which the standard library looks for its own kind
// of ctx. Package future sets it.
var CancelKey any

// Lookup is the method Value of d, with values on top of what is below; there may be none.
func Lookup(d Dressed, below, values context.Context, key any) any {
	switch key {
	case LifeKey{}:
		return d
	case NameKey{}, CancelKey: // that of the ctx which can end
	default:
		if values != nil {
			if v := values.Value(key); v != nil {
				return v
			}
		}
	}
	return below.Value(key)
}
