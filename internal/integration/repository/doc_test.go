//go:build !race

// Package repository_test holds the repository to what it says of itself: documents, names, modules, a release. It is tests only.
package repository_test
