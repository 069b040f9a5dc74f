// Package ordered keeps values in order, for the stores that live in a process.
package ordered

import (
	"iter"
	"slices"
	"sort"
)

// most is how many values stand in one part: to insert one moves half of them at most.
const most = 512

// Set has each value once, in the order of its comparison. It is not safe for concurrent use.
type Set[T any] struct {
	compare func(a, b T) int
	parts   [][]T // each in order, none of them empty
	n       int
}

// New returns an empty set. What compares as equal is the same value.
func New[T any](compare func(a, b T) int) *Set[T] { return &Set[T]{compare: compare} }

// Len is how many values there are.
func (s *Set[T]) Len() int { return s.n }

// find is where v stands, or would: behind the last part where it is greater than all.
func (s *Set[T]) find(v T) (part, i int, found bool) {
	part = sort.Search(len(s.parts), func(k int) bool {
		p := s.parts[k]
		return s.compare(p[len(p)-1], v) >= 0
	})
	if part < len(s.parts) {
		i, found = slices.BinarySearchFunc(s.parts[part], v, s.compare)
	}
	return part, i, found
}

// Insert adds v, unless it is there.
func (s *Set[T]) Insert(v T) {
	part, i, found := s.find(v)
	switch {
	case found:
		return
	case len(s.parts) == 0:
		s.parts = [][]T{nil}
	case part == len(s.parts):
		part--
		i = len(s.parts[part])
	}
	s.n++
	p := slices.Insert(s.parts[part], i, v)
	s.parts[part] = p
	if len(p) <= most {
		return
	}
	half := len(p) / 2
	s.parts[part] = p[:half:half]
	s.parts = slices.Insert(s.parts, part+1, slices.Clone(p[half:]))
}

// Delete takes v out, if it is there.
func (s *Set[T]) Delete(v T) {
	part, i, found := s.find(v)
	if !found {
		return
	}
	s.n--
	if s.parts[part] = slices.Delete(s.parts[part], i, i+1); len(s.parts[part]) == 0 {
		s.parts = slices.Delete(s.parts, part, part+1)
	}
}

// From yields the values that are not before v, in order. The set must not be changed meanwhile.
func (s *Set[T]) From(v T) iter.Seq[T] {
	return func(yield func(T) bool) {
		part, i, _ := s.find(v)
		for ; part < len(s.parts); part, i = part+1, 0 {
			for _, v := range s.parts[part][i:] {
				if !yield(v) {
					return
				}
			}
		}
	}
}

// Before yields the values that are before v, the last first. The set must not be changed meanwhile.
func (s *Set[T]) Before(v T) iter.Seq[T] {
	return func(yield func(T) bool) {
		part, i, _ := s.find(v)
		for {
			if part < len(s.parts) {
				for k := i - 1; k >= 0; k-- {
					if !yield(s.parts[part][k]) {
						return
					}
				}
			}
			if part--; part < 0 {
				return
			}
			i = len(s.parts[part])
		}
	}
}

// All yields all values in order. The set must not be changed meanwhile.
func (s *Set[T]) All() iter.Seq[T] {
	return func(yield func(T) bool) {
		for _, p := range s.parts {
			for _, v := range p {
				if !yield(v) {
					return
				}
			}
		}
	}
}
