package flow_test

import (
	"context"
	"errors"
	"fmt"

	"github.com/jade-go/jade/task"
)

// The shop that the examples are about.

type Item struct {
	Name  string
	Price int
}

type RoleOrder struct {
	User, Item string
}

func (o RoleOrder) UserID() string { return o.User }
func (o RoleOrder) ItemID() string { return o.Item }

var errNoItem = errors.New("no such item")

func fetchItem(_ context.Context, id string) (Item, error) {
	switch id {
	case "bell":
		return Item{"brass bell", 1900}, nil
	case "book":
		return Item{"note book", 400}, nil
	}
	return Item{}, fmt.Errorf("item %s: %w", id, errNoItem)
}

func fetchCity(_ context.Context, user string) (string, error) { return "Ghent", nil }

func fetchCoupon(_ context.Context, item Item, user string) (int, error) {
	if user == "ada" {
		return item.Price / 10, nil
	}
	return 0, errors.New("no coupon for " + user)
}

func render(item Item, city string) string {
	return fmt.Sprintf("%s to %s: %d", item.Name, city, item.Price)
}

// Tasks are defined once, beside the functions that they are made of.
var (
	FetchItem   = task.New("item", fetchItem)
	FetchCity   = task.New("city", fetchCity)
	FetchCoupon = task.New2("coupon", fetchCoupon)
	Print       = task.New("print", func(_ context.Context, s string) (struct{}, error) {
		fmt.Println("printed:", s)
		return struct{}{}, nil
	})
)
