// Package shop has an example for some of what it exports.
package shop

type Item struct{ Name string }

type Page struct{}

func (Item) Buy() {}

func (Item) Look() {}

func Fetch() {}

func Send() {}

func hidden() {}
