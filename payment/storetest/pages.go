package storetest

import (
	"slices"
	"time"

	"github.com/quittance/quittance/payment"
)

// listPages: a back office shows a page of a list; a payment that stands on no page is seen by nobody.
func listPages(b *trial) {
	const n = 450 // more than a store reads at once
	var all []payment.ID
	for i := range n {
		p := b.addPayment(func(p *payment.Payment) {
			p.CreatedAt = start.Add(time.Duration(i/7) * time.Second) // many of one instant
			if i%3 == 0 {
				p.Merchant = "another"
			}
		})
		all = append(all, p.ID)
	}
	list := func(f payment.Filter) []payment.ID { return idsOf(collectAll(b, "List", b.List(b.ctx, f))) }
	count := func(f payment.Filter, want int) {
		got, err := b.Count(b.ctx, f)
		b.must("Count", err)
		b.mustEqual("the count", got, want)
	}
	newest := slices.Clone(all)
	slices.Reverse(newest)
	b.mustEqual("the list, the newest first", list(payment.Filter{Newest: true}), newest)
	for _, f := range []payment.Filter{{}, {Newest: true}} {
		whole := list(f)
		for _, size := range []int{1, 7, 200, 201, 449, 450, 451} {
			var got []payment.ID
			f.Limit, f.After = size, ""
			for {
				page := list(f)
				if got = append(got, page...); len(page) < size || len(got) > n || size == 1 && len(got) == 20 {
					break
				}
				f.After = page[len(page)-1]
			}
			if size == 1 {
				b.mustEqual("the first pages of one", got, whole[:20])
			} else {
				b.mustEqual("the pages together", got, whole)
			}
		}
	}
	b.mustEqual("what follows a payment that is not known", list(payment.Filter{After: "x"}), []payment.ID{})
	count(payment.Filter{}, n)
	count(payment.Filter{Limit: 3, After: all[0], Newest: true}, n)
	count(payment.Filter{Merchant: "another"}, n/3)
	count(payment.Filter{NotOf: []string{merchant}}, n/3)
	count(payment.Filter{NotOf: []string{merchant, "another"}}, 0)
	count(payment.Filter{Reference: b.mustFind(all[5]).Reference}, 1)
	b.mustEqual("by reference", list(payment.Filter{Reference: b.mustFind(all[5]).Reference}), all[5:6])
	b.mustEqual("of no merchant but", list(payment.Filter{NotOf: []string{merchant}, Limit: 2}), []payment.ID{all[0], all[3]})
}
