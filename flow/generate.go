package flow

//go:generate go run ../internal/arity/zgen flow
