package flow

// origins knows which nodes data comes from, with those that an observer is not told of passed over: of what each
// node passes on, it has a list as long as that is short, and shares it among all nodes that pass on the same.
type origins struct {
	plan  *plan
	same  []int32   // of each node: one that passes on the same
	lists [][]int32 // of such a node: the nodes whose data it passes on; nil if those are none, or many
	many  []bool    // they are too many for a list
	seen  []int     // of each node: the latest question that it was met in
	named []int     // and that it was an answer to
	asked int       // how many questions there were
}

// mostListed is how long a list may be. It bounds the memory of all lists together.
const mostListed = 32

func originsOf(p *plan) *origins {
	n := len(p.specs)
	o := &origins{
		plan: p, same: make([]int32, n), lists: make([][]int32, n), many: make([]bool, n), seen: make([]int, n), named: make([]int, n),
	}
	for i := range p.specs { // each after its inputs
		o.settle(int32(i))
	}
	return o
}

// settle finds out what node i passes on.
func (o *origins) settle(i int32) {
	s := &o.plan.specs[i]
	o.same[i] = i
	if s.observable() {
		o.lists[i] = []int32{i}
		return
	}
	from := o.distinct(s.inputs)
	if len(from) == 1 && s.kind != KindRecover {
		o.same[i] = from[0]
		return
	}
	var list []int32
	if s.kind == KindRecover { // which is told of if its function runs
		list = append(list, i)
	}
	for _, in := range from {
		if list = append(list, o.lists[in]...); o.many[in] || len(list) > mostListed {
			o.many[i] = true
			return
		}
	}
	o.lists[i] = list // perhaps with some more than once, which names leaves out
}

// distinct are the nodes that inputs pass on the data of, in their order, each once.
func (o *origins) distinct(inputs []input) (from []int32) {
	o.asked++
	for _, in := range inputs {
		if in.role == RoleOrder || in.role == RoleEffect {
			continue
		}
		i := o.same[in.n.index]
		if o.seen[i] != o.asked && (o.many[i] || len(o.lists[i]) > 0) {
			o.seen[i] = o.asked
			from = append(from, i)
		}
	}
	return from
}

// names are those of the nodes that the data of inputs comes from.
func (o *origins) names(inputs []input) (names []string) {
	name := func(i int32) {
		if o.named[i] != o.asked {
			o.named[i] = o.asked
			names = append(names, o.plan.specs[i].name)
		}
	}
	o.asked++
	var visit func(inputs []input)
	visit = func(inputs []input) {
		for _, in := range inputs {
			if in.role == RoleOrder || in.role == RoleEffect {
				continue
			}
			i := o.same[in.n.index]
			if o.seen[i] == o.asked {
				continue
			}
			o.seen[i] = o.asked
			for _, from := range o.lists[i] {
				name(from)
			}
			if o.many[i] {
				if o.plan.specs[i].kind == KindRecover {
					name(i)
				}
				visit(o.plan.specs[i].inputs)
			}
		}
	}
	visit(inputs)
	return names
}
