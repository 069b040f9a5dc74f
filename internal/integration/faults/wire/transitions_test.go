//go:build !race

package wire

// transition is what a payment is doing when the wire breaks.
type transition struct {
	name  string
	end   end  // of our payment at the payment page
	asks  asks // which call breaks
	back  back // when money is given back; never: it is not
	other end  // of the other payment, whose answer comes in place of ours: it is where ours is not
	given bool // the other payment was given back, where the platform can
}

type asks string

const (
	beginning asks = "begin"
	question  asks = "question" // from the payer's end on
	giving    asks = "giving back"
	afterward asks = "question about what was given back"
)

type back string

const (
	never            back = ""
	beforeRemittance back = "before"
	afterRemittance  back = "after"
)

// transitions are the eight.
var transitions = []transition{
	{name: "begin", end: accepted, asks: beginning, other: unused},
	{name: "question after an acceptance", end: accepted, asks: question, other: accepted, given: true},
	{name: "question after a refusal", end: refused, asks: question, other: accepted},
	{name: "question after a session nobody used", end: unused, asks: question, other: accepted},
	{name: "question while money is pending", end: pending, asks: question, other: accepted},
	{name: "give back before remittance", end: accepted, asks: giving, back: beforeRemittance, other: accepted, given: true},
	{name: "give back after remittance", end: accepted, asks: giving, back: afterRemittance, other: accepted, given: true},
	{name: "question about what was given back", end: accepted, asks: afterward, back: afterRemittance, other: accepted},
}

// kinds are the calls that break on a platform; none: the platform has no such transition.
func (tr transition) kinds(f *platform) []string {
	switch {
	case tr.asks == beginning:
		return []string{f.begin}
	case tr.back == beforeRemittance && f.cancel == "", tr.back == afterRemittance && f.refund == "":
		return nil
	case tr.asks == giving && tr.back == beforeRemittance:
		return []string{f.cancel}
	case tr.asks == giving:
		return []string{f.refund}
	}
	return f.questions
}
