// Package tamper edits the tables of the payments behind the back of the service, column by column and row by row, and proves what
// audit.Books.Verify finds of it. It has tests only.
package tamper
