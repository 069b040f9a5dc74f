// Package bench measures the stores against the bare database, and what computes against its peers, in the same run, and fails when a limit is
// passed. It ends with the table of docs/performance.md.
//
//	go test ./internal/integration/bench -run '^$' -bench . -benchtime 12000x -timeout 1h
//
// A limit is a ratio to a peer: the median of five rounds in which both take turns, because machines are noisy. With -benchtime 1x
// everything runs once, too short for a limit.
package bench
