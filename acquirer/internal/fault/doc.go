// Package fault is what can go wrong between a bank and whoever talks to it, for the mock and the simulators: the faults, the queue
// in which they wait for what they strike, and the post that loses, doubles, delays and reorders notifications. It knows nothing of
// any wire: what a tampered message or a broken answer looks like is the front's.
package fault
