// Command portal is the portal of package rig alone, without the tests and without the race detector: small enough to be started a thousand
// times.
package main

import "github.com/quittance/quittance/internal/integration/rig"

func main() { rig.Serve() }
