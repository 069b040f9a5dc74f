// Package sips drives the simulator of Sips with programs in PHP, Python and JavaScript that share no code with this repository's client,
// nor with each other: each seals, sends and reads in its own way, from the facts of docs/sips.md alone. What they send has the shapes
// of the official samples and of live shops: both connectors, text and numbers, base64, a form in small letters, a submit button, the
// numbers of Sips 1.0.
package sips
