module github.com/quittance/quittance/examples

go 1.25.0

require (
	github.com/google/go-cmp v0.7.0
	github.com/quittance/quittance v0.0.0
	github.com/shopspring/decimal v1.6.0
	golang.org/x/text v0.41.0
)

replace github.com/quittance/quittance => ../
