package combinators

//go:generate go run ../internal/arity/zgen combinators
