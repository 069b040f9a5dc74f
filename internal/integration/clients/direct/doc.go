// Package direct has no code: its tests drive the simulator of Worldline Direct with the official SDK for Node.js, which must not be
// able to tell it from the platform.
package direct
