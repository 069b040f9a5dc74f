module github.com/quittance/quittance/examples

go 1.25.0

require github.com/quittance/quittance v0.0.0

require (
	github.com/shopspring/decimal v1.6.0 // indirect
	golang.org/x/text v0.41.0 // indirect
)

replace github.com/quittance/quittance => ../
