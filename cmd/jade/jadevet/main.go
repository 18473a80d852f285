// Jadevet runs the checks of Jade, which package vet describes.
//
//	jadevet ./...
//	go vet -vettool=$(which jadevet) ./...
//
// The flag -tests reports findings in tests too, -outerctx and its siblings choose checks, and
// jadevet help lists all of them.
package main

import "github.com/jade-go/jade/cmd/jade/vet"

func main() { vet.Main() }
