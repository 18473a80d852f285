// Orderlines is a Lambda function that streams the lines of one order, one JSON value each, as they come.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"

	"github.com/jade-go/jade/faas"
	"github.com/jade-go/jade/faas/lambda"
	"github.com/jade-go/jade/future"
)

// Order is what the function is asked for.
type Order struct {
	ID    string   `json:"id"`
	Items []string `json:"items"`
}

// Line is of one item.
type Line struct {
	Order string `json:"order"`
	Item  string `json:"item"`
	Cents int    `json:"cents"`
}

func main() {
	lambda.StartStreaming(faas.New("order-lines", lambda.Streamed(writeLines)))
}

// writeLines asks for all prices at once, and writes the lines in order, each as soon as its price is there.
func writeLines(ctx context.Context, order Order, w io.Writer) error {
	lines := json.NewEncoder(w)
	prices := make([]future.Future[Line], len(order.Items))
	for i, item := range order.Items {
		prices[i] = future.Call(ctx, price, Line{Order: order.ID, Item: item})
	}
	for _, p := range prices {
		line, err := p.Await(ctx)
		if err != nil {
			return err
		}
		if err := lines.Encode(line); err != nil {
			return err
		}
	}
	return nil
}

// NoItem is the failure of an order of what there is not.
type NoItem struct{ Item string }

func (e *NoItem) Error() string { return fmt.Sprintf("no item %q", e.Item) }

// price is a service. It does not know an item without a name, and is slow with one that is called late.
func price(ctx context.Context, line Line) (Line, error) {
	switch line.Item {
	case "":
		return Line{}, &NoItem{line.Item}
	case "late":
		<-ctx.Done()
		return Line{}, context.Cause(ctx)
	}
	line.Cents = 100 * len(line.Item)
	return line, nil
}
