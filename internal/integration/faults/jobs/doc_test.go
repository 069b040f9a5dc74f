// Package jobs takes the job engine away from payments whose due work runs as River jobs: all jobs deleted, all doubled, one run many
// times at once, the leader killed, a job "running" on a dead worker. It is tests only.
package jobs
