// Package creance says what is owed, and whether it may be paid online.
//
// A [Debt] is what one person owes: items of medical co-payments (participations forfaitaires and franchises) by kind
// and year, the notice that claims them, and a status. A [Policy] is the rule of one period; [Ameli] has the dated
// policies of the teleservice « Paiement d'une créance ». [Policy.Decide] gives a [Decision]: the amount to pay, or
// every reason why nothing may be paid here.
//
// Read in this order: [Debt], [Policies], [Policy.Decide], [Decision]; then [Plausible], which finds what cannot be right about a debt,
// and [Amounts], the dated table of co-payments with its sources.
//
// The package is pure: no input or output, no clock, no context, no package variable that changes. All of it is safe
// for concurrent use. The same debt, policy and day always give the same decision, and the decision names the policy
// with a fingerprint of its content, so that it can be explained years later.
//
// Amounts are euros. An amount that is not one (negative, a fraction of a cent, an absurd exponent) is never rounded
// and never computed with: it becomes a reason of its own, at once.
//
// What it does not do: it does not compute what is owed from acts of care (CSS D160-6 to D160-12), it does not know whether a person
// was exempt, and it does not say when a debt is prescribed; the host says so in [Debt.Status].
package creance
