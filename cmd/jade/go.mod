module github.com/jade-go/jade/cmd/jade

go 1.26.0

replace github.com/jade-go/jade => ../../
