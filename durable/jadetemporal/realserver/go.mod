module github.com/jade-go/jade/durable/jadetemporal/realserver

go 1.26.0

require (
	github.com/jade-go/jade v0.1.0
	github.com/jade-go/jade/durable/jadetemporal v0.1.0
	github.com/stretchr/testify v1.12.1
	go.temporal.io/sdk v1.50.0
	go.temporal.io/server v1.32.1
)

replace (
	github.com/jade-go/jade => ../../../
	github.com/jade-go/jade/durable/jadetemporal => ../
)
