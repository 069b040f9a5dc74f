package inbox

import (
	"slices"
	"time"

	"github.com/quittance/quittance/internal/paris"
)

// TextInfo says where a text of a catalog comes from.
type TextInfo struct {
	Name      string    // "accepted", "reason/no_notice"
	Language  string    // BCP 47, of the folder it stands in
	Edition   string    // as its head says; else "overlay 1" and so on
	File      string    // "fr/accepted.txt"
	ValidFrom time.Time // the first instant of the first day, in Paris; zero: always
	Sources   []string  // where its words come from: S48, CRPA R112-11-1
	Exempt    []string  // rules of the linter that do not hold for it
}

// Texts are all texts that the catalog speaks with, by language, name and day: what an auditor asks for. A language that takes a
// text from its parent does not list it again.
func (c *Catalog) Texts() (all []TextInfo) {
	for _, e := range c.editions {
		for _, name := range e.textNames() {
			for _, v := range e.texts[name] {
				if v.lang != e.name {
					continue
				}
				info := TextInfo{
					Name: name, Language: v.lang, Edition: v.head.edition, File: v.file,
					Sources: slices.Clone(v.head.sources), Exempt: slices.Clone(v.head.exempt),
				}
				if info.Edition == "" {
					info.Edition = v.origin
				}
				if v.head.validFrom != (paris.Day{}) {
					info.ValidFrom = v.head.validFrom.Start()
				}
				all = append(all, info)
			}
		}
	}
	return all
}
