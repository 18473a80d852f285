package flow

// Graph placeholder
type Graph struct{}

func (f *Flow[In, Out]) Graph() Graph { return Graph{} }
