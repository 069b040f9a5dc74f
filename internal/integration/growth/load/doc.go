// Package load has many people pay at once: the teleservice of the examples runs as a process of its own, and is spoken to as browsers do.
// What its bank has taken is compared afterwards with what its database holds.
package load
