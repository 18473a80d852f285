// Package cases has what every platform has to answer for the order page, under every fault. Only tests import it.
package cases

import (
	"encoding/json"
	"fmt"

	"github.com/jade-go/jade/examples/faas/orderpage"
)

// Case is one invocation.
type Case struct {
	Name  string
	Input []byte
	Page  []byte // as JSON; nil: there is none
	Class string // of the failure that there is instead
}

// All are the page as it should be, without an item, and with each service under each fault. They take a second at most.
func All() (all []Case) {
	add := func(name string, o orderpage.Order, page *orderpage.Page, class string) {
		c := Case{Name: name, Input: text(o), Class: class}
		if page != nil {
			c.Page = text(page)
		}
		all = append(all, c)
	}
	whole := func() *orderpage.Page {
		return &orderpage.Page{
			Order: "o-1", Item: orderpage.Item{Name: "tea tin", PriceCents: 4200}, Address: orderpage.Address{City: "Hangzhou"},
			Coins: 320, Coupons: []string{"10 off for tea tin in Hangzhou"},
		}
	}
	order := orderpage.Order{ID: "o-1", Item: "tin", User: "mei"}
	add("no fault", order, whole(), "")
	none := order
	none.Item = "unicorn"
	add("no such item", none, nil, "business")

	classes := map[string]string{"slow": "timeout", "fail": "dependency", "down": "dependency", "panic": "code", "goexit": "code", "hang": "timeout", "stuck": "timeout"}
	for _, fault := range []string{"slow", "fail", "down", "panic", "goexit", "hang", "stuck"} {
		for _, service := range []string{"item", "address", "coins", "coupons"} {
			order.Faults = orderpage.Faults{service: fault}
			name, page := service+" "+fault, whole()
			switch service {
			case "coins":
				page.Coins = 0
			case "coupons":
				page.Coupons = []string{}
			default:
				add(name, order, nil, classes[fault])
				continue
			}
			add(name, order, page, "")
		}
	}
	order.Faults = orderpage.Faults{"coins": "down", "coupons": "panic"}
	both := whole()
	both.Coins, both.Coupons = 0, []string{}
	add("coins down, coupons panic", order, both, "")
	return all
}

// text is v as JSON.
func text(v any) []byte {
	b, err := json.Marshal(v)
	if err != nil {
		panic(fmt.Sprintf("cases: %v", err)) // of a plain struct: a mistake here
	}
	return b
}
