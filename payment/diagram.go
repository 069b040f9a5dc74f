package payment

import (
	"fmt"
	"io"
	"strings"
)

// stateChange is one edge of a diagram: all events that change a payment from one state to another.
type stateChange struct {
	from, to State
	on       []string
}

// stateChanges are the changes of state, in the order of the table.
func stateChanges() []stateChange {
	var out []stateChange
	at := map[[2]State]int{}
	for t := range Transitions() {
		if t.Effect != EffectChanged {
			continue
		}
		k := [2]State{t.From, t.To}
		i, ok := at[k]
		if !ok {
			i = len(out)
			at[k] = i
			out = append(out, stateChange{from: t.From, to: t.To})
		}
		out[i].on = append(out[i].on, string(t.On))
	}
	return out
}

// WriteMermaid writes the changes of state as a Mermaid state diagram.
func WriteMermaid(w io.Writer) error {
	var b strings.Builder
	b.WriteString("stateDiagram-v2\n    [*] --> created\n")
	for _, a := range stateChanges() {
		fmt.Fprintf(&b, "    %s --> %s: %s\n", a.from, a.to, strings.Join(a.on, ", "))
	}
	for _, s := range endedStates {
		fmt.Fprintf(&b, "    %s --> [*]\n", s)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// WriteDOT writes the changes of state as a Graphviz graph. States in which nothing more is expected have a double
// border.
func WriteDOT(w io.Writer) error {
	var b strings.Builder
	b.WriteString("digraph payment {\n    rankdir=LR\n    node [shape=box, style=rounded]\n")
	for _, s := range endedStates {
		fmt.Fprintf(&b, "    %s [peripheries=2]\n", s)
	}
	for _, a := range stateChanges() {
		fmt.Fprintf(&b, "    %s -> %s [label=%q]\n", a.from, a.to, strings.Join(a.on, "\n"))
	}
	b.WriteString("}\n")
	_, err := io.WriteString(w, b.String())
	return err
}
