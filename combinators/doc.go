// Package combinators puts futures together.
package combinators
