package combinators

//go:generate go run ./internal/zgen
