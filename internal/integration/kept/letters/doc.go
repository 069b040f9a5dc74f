// Package letters proves what becomes of the payer's letters and of what is personal, in files and servers: one letter of each kind
// whatever is killed, none after its six months, and nothing of a person after an erasure. It has tests only.
package letters
