package task

//go:generate go run ../internal/arity/zgen task
