// Package guides is the code of docs/guides, compiled and executed. Each Go block of a guide is, letter by letter, one part of
// the test file of its name here, between "// guide:begin" and "// guide:end", in the same order; TestGuides compares them, and runs or looks up every
// command.
package guides
