module github.com/quittance/quittance

go 1.25.0

require (
	github.com/google/go-cmp v0.7.0
	github.com/jarcoal/httpmock v1.4.2
	github.com/shopspring/decimal v1.6.0
	golang.org/x/text v0.41.0
)
