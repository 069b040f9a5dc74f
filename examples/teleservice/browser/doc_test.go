//go:build !race

// Package browser_test looks at the service as a person does, in Chromium and in Firefox: every click is a click at a place of the screen, every key a key.
// What a test waits for is what can be seen, never a time.
//
// The service is at localhost and the bank at 127.0.0.1: for a browser these are two sites, so the way back from the bank crosses from one
// to the other as it does in production.
//
// Read in this order: service_test.go and tab_test.go, the two sides; way_test.go, the ways of the payers; story_test.go, what they read
// afterwards, and how a session ends; source_test.go, the words of the
// source; shown_test.go, which test shows which line; mishap_test.go, what goes wrong on the way; noscript_test.go and keyboard_test.go; pages_test.go, every page at every width;
// firefox_test.go, firefox_way_test.go and firefox_office_test.go, the same in Firefox; the office_… files, the fund's side; screenshots_test.go, the pictures of the README.
//
//	QUITTANCE_AXE=axe.min.js   checks every page with axe-core
//	-update                    takes the README's pictures again
package browser_test
