package combinators

//go:generate go run ./internal/zgen

// failure is the error of the input that decided a zip.
func failure(decided int, errs ...error) error { return errs[decided] }
