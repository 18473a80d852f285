package shop_test

import "fmt"

func ExampleItem() {
	fmt.Println("bell")
	// Output: bell
}

func ExampleItem_Buy_twice() {
	fmt.Println("bought")
	// Output: bought
}

func ExampleFetch() {
	// Output:
}

func ExampleSend() {
	fmt.Println("compiled, not run")
}
