// Package mattn tries the stores with github.com/mattn/go-sqlite3, which needs cgo.
package mattn
