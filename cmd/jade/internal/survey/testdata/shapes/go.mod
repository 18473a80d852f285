module example.com/shapes

go 1.26.0

require github.com/jade-go/jade v0.1.0

require (
	github.com/samber/lo v1.53.0 // indirect
	golang.org/x/text v0.22.0 // indirect
)

replace github.com/jade-go/jade => ../../../../../..
