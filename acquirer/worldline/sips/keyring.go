package sips

import (
	"fmt"
	"maps"
	"slices"
	"sync"

	"github.com/quittance/quittance/acquirer/internal/secret"
)

// MaxKeys is how many versions a [Keyring] may hold: each is tried against every notification that is forged.
const MaxKeys = 4

// Key binds a secret to the algorithm it is used with; a new algorithm is a new version.
//
// Nothing in a notification says with which algorithm it was sealed (Sips guide), and to try several would let the weakest one
// decide. So the algorithm is fixed with the version, and announced in every request.
type Key struct {
	Secret    Secret
	Algorithm Algorithm // zero: HMAC-SHA-256
}

// Keyring holds the keys of the shop by keyVersion, as the bank's back office numbers them, from 1.
//
// After a new key was made, requests must be sealed with it at once. Keep the version before it for as long as a notification or a
// question may be about a payment begun with it: a few days.
type Keyring map[int]Key

// problems says what is wrong with the ring, without any key in it.
func (k Keyring) problems() (problems []string) {
	if len(k) == 0 {
		problems = append(problems, "there is no key")
	}
	if len(k) > MaxKeys {
		problems = append(problems, fmt.Sprintf("there are %d keys, at most %d can be live", len(k), MaxKeys))
	}
	versions := k.versionsNewestFirst()
	for i, v := range versions {
		key := k[v]
		if v < 1 {
			problems = append(problems, fmt.Sprintf("version %d: versions count from 1", v))
		}
		if _, ok := hashes[key.Algorithm.orDefault()]; !ok {
			problems = append(problems, fmt.Sprintf("version %d: unknown algorithm %.20q", v, string(key.Algorithm)))
		}
		if p := secret.Problem(key.Secret.Text); p != "" {
			problems = append(problems, fmt.Sprintf("version %d: %s", v, p))
		}
		if key.Secret.IsZero() {
			continue
		}
		for _, w := range versions[:i] { // both would verify, and the keyVersion inside would contradict one
			if o := k[w]; o.Secret.text() == key.Secret.text() && o.Algorithm.orDefault() == key.Algorithm.orDefault() {
				problems = append(problems, fmt.Sprintf("versions %d and %d are the same key", w, v))
			}
		}
	}
	return problems
}

func (k Keyring) versionsNewestFirst() []int {
	versions := slices.Sorted(maps.Keys(k))
	slices.Reverse(versions)
	return versions
}

// A liveKey is one version at work. The sealers are kept: preparing an HMAC costs more than a short message does.
type liveKey struct {
	version   int
	algorithm Algorithm
	sealers   *sync.Pool
}

func newLiveKey(version int, k Key) *liveKey {
	algorithm := k.Algorithm.orDefault()
	build, key := hashes[algorithm], []byte(k.Secret.text())
	return &liveKey{version, algorithm, &sync.Pool{New: func() any {
		h, tail := build(key)
		return &sealer{h: h, tail: tail}
	}}}
}

func (k *liveKey) hasSealed(data, seal string) bool {
	s := k.sealers.Get().(*sealer)
	defer k.sealers.Put(s)
	return s.matches(data, seal)
}

// sealFields seals a decoded JSON message.
func (k *liveKey) sealFields(fields map[string]any) string {
	s := k.sealers.Get().(*sealer)
	defer k.sealers.Put(s)
	s.in = appendFields(s.in[:0], fields, true)
	return string(s.seal())
}

// matchesFields compares in constant time.
func (k *liveKey) matchesFields(fields map[string]any, seal string) bool {
	s := k.sealers.Get().(*sealer)
	defer k.sealers.Put(s)
	return s.matches(string(appendFields(nil, fields, true)), seal)
}

// keyThatSealed returns the key that sealed data: newest first, each with its own algorithm; nil when none did.
func keyThatSealed(ring []*liveKey, data, seal string) *liveKey {
	for _, k := range ring {
		if k.hasSealed(data, seal) {
			return k
		}
	}
	return nil
}
