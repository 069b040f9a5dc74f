package sips_test

import (
	"fmt"

	"github.com/quittance/quittance/acquirer/worldline/sips"
)

func ExampleSealData() {
	seal, err := sips.SealData(sips.SHA256, sips.NewSecret("002001000000001_KEY1"),
		"amount=5500|currencyCode=978|merchantId=002001000000001|normalReturnUrl=https://shop.example/return|transactionReference=REF0001|keyVersion=1")
	fmt.Println(seal, err)
	// Output: a15d664bd2d21b54d17d5cf54c5b9c9c61cf26b07c520b75a50099cfb4dde640 <nil>
}
