package inbox

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/quittance/quittance/internal/paris"
)

// checkSamples renders every content of an edition with samples, on every day on which a text changes, and returns each mistake once. What
// is as in an edition that was tried already is not tried again.
func (e *edition) checkSamples(proof *edition) error {
	known := func(name string) bool { return proof != nil && slices.Equal(e.texts[name], proof.texts[name]) }
	if !slices.ContainsFunc(e.textNames(), func(name string) bool { return !known(name) }) {
		return nil
	}
	newPart := slices.ContainsFunc(e.textNames(), func(name string) bool {
		_, whole := roleByName[name]
		return !whole && !known(name)
	})
	var errs []error
	seen := map[Mistake]bool{}
	bad := func(v *textVersion, m Mistake) {
		m.Origin, m.File = v.origin, v.file
		key := m
		if m.Rule == ruleSentences { // the same sentence, with other facts
			key.What = ""
		}
		if !seen[key] {
			seen[key] = true
			errs = append(errs, &m)
		}
	}
	marked := *e
	marked.marked = true
	read := map[string]bool{}
	for _, day := range e.changeDays() {
		marked.today = day
		for _, k := range contentKinds {
			if !known(k.name) || newPart {
				marked.checkContent(k, read, bad)
			}
		}
		for _, name := range e.textNames() {
			if _, whole := roleByName[name]; !whole && !known(name) {
				marked.checkPart(name, read, bad)
			}
		}
	}
	return errors.Join(errs...)
}

// checkContent renders the samples of one kind of content as its text is today, and reports each mistake. read has the paragraphs whose
// sentences were found short.
func (e *edition) checkContent(k contentKind, read map[string]bool, bad func(*textVersion, Mistake)) {
	v := e.texts[k.name].versionOn(e.today)
	samples := k.samples()
	if e.today != (paris.Day{}) && v.head.validFrom != e.today { // only a part of it may be new
		samples = []Content{samples[0], samples[len(samples)-1]}
	}
	told := map[string]bool{} // words that were read: many a payment is told in the same
	for _, n := range samples {
		n = inLanguage(n, e.tag)
		bs, f, err := e.composeBlocks(n)
		if err != nil {
			bad(v, Mistake{What: err.Error()})
			continue
		}
		words := strings.Join(linesOfBlocks(bs), "\n")
		if told[words] {
			continue
		}
		told[words] = true
		for _, rule := range messageRules {
			if m := rule(renderedSample{n, bs, newMessage(bs, e.name, k.role), f, v, read}); m.What != "" {
				bad(v, m)
			}
		}
	}
}

// checkPart executes a text that is printed inside others, as it is today, with every fact set, and reports each mistake.
func (e *edition) checkPart(name string, read map[string]bool, bad func(*textVersion, Mistake)) {
	v := e.texts[name].versionOn(e.today)
	f := *fullFacts
	f.day = e.today
	bs, err := e.textBlocks(name, &f)
	if err != nil || len(bs) == 0 {
		bad(v, Mistake{What: "it says nothing"})
	}
	if m := shortSentences(renderedSample{blocks: bs, version: v, read: read}); m.What != "" {
		bad(v, m)
	}
}

// changeDays returns the days on which a text of the edition changes, after a day before all of them.
func (e *edition) changeDays() []paris.Day {
	days := []paris.Day{{}}
	for _, t := range e.texts {
		for _, v := range t[1:] {
			days = append(days, v.head.validFrom)
		}
	}
	slices.SortFunc(days, func(a, b paris.Day) int { return a.Number() - b.Number() })
	return slices.Compact(days)
}

// renderedSample is one content as an edition tells it.
type renderedSample struct {
	content Content
	blocks  []block
	Message
	facts   *Facts
	version *textVersion
	read    map[string]bool // paragraphs whose sentences are short
}

// messageRules are what every message must obey; each returns a mistake, or one that says nothing.
var messageRules = []func(renderedSample) Mistake{
	func(s renderedSample) (m Mistake) {
		if s.Subject == "" {
			m.What = "it has no subject: the first paragraph is the subject"
		}
		return m
	},
	func(s renderedSample) (m Mistake) {
		if s.Text == "" {
			m.What = "it has no text after its subject"
		}
		return m
	},
	func(s renderedSample) (m Mistake) {
		if _, letter := s.content.(AsLetter); !letter && amountPattern.MatchString(s.Subject) {
			m = Mistake{
				Line: s.blocks[0].at[0], Rule: ruleSubject,
				What: "its subject states an amount, which anybody near a screen can read",
			}
		}
		return m
	},
	shortSentences,
	func(s renderedSample) (m Mistake) {
		if a, ok := s.content.(Acknowledgement); ok {
			if err := CheckAcknowledgement(s.Message, a); err != nil {
				m.What = err.Error()
			}
		}
		return m
	},
	func(s renderedSample) (m Mistake) {
		list, who := s.facts.factsToTell(s.content)
		var missing []string
		for _, need := range list {
			if !strings.Contains(s.Text, need.fact) {
				missing = append(missing, need.name)
			}
		}
		if missing != nil {
			m.What = "it does not tell the " + who + " " + strings.Join(missing, ", ")
		}
		return m
	},
}

// requiredFact is a fact that a text must tell.
type requiredFact struct{ name, fact string }

// factsToTell returns the facts that a content must tell in any language, each with its name, and who must be told.
func (f *Facts) factsToTell(n Content) (needs []requiredFact, who string) {
	switch n.(type) {
	case Reminder:
		return f.reminderChecklist(), "debtor"
	case NotEligible:
		for _, r := range f.Reasons {
			needs = append(needs, requiredFact{"each reason (Reasons)", r})
		}
		return append(needs, requiredFact{"what to do (Action)", f.Action}), "payer"
	case Receipt:
		return []requiredFact{
			{"who received it (Fund)", f.Fund}, {"who paid (Payer)", f.Payer}, {"how much (Amount)", f.Amount}, {"for which notice (Notice)", f.Notice},
			{"when (PaidOnLong)", f.PaidOnLong}, {"the transaction (Reference)", f.Reference}, {"the authorisation (Authorisation)", f.Authorisation},
		}, "payer"
	}
	return nil, ""
}

func (f *Facts) reminderChecklist() []requiredFact {
	needs := []requiredFact{
		{"who claims (Fund)", f.Fund}, {"the address (PostalAddress)", f.PostalAddress.String()},
		{"the telephone (Telephone)", f.Telephone.String()},
		{"the name (Name)", f.Name}, {"the notice (Notice)", f.Notice}, {"its date (NoticeOnLong)", f.NoticeOnLong},
		{"until when (DueOnLong)", f.DueOnLong}, {"how much (Amount)", f.Amount},
		{"the officer (Officer)", f.Officer}, {"the data (Privacy)", f.Privacy},
		{"by which law (L160-13)", "L160-13"}, {"which remedy (R142-1)", "R142-1"},
	}
	for _, list := range []struct {
		name  string
		lines Lines
	}{
		{"each part of the debt (Details)", f.Details}, {"each other way to pay (OtherWays)", f.OtherWays},
		{"who disagrees (Remedies)", f.Remedies}, {"what becomes of the data (DataNotice)", f.DataNotice},
	} {
		for _, l := range list.lines {
			needs = append(needs, requiredFact{list.name, strings.TrimPrefix(l, listMark)})
		}
	}
	return needs
}

// shortSentences finds a sentence that is too long, and its line.
func shortSentences(s renderedSample) (m Mistake) {
	if slices.Contains(s.version.head.exempt, ruleSentences) {
		return m
	}
	var inner []string // what a letter tells was read as what it is
	if s.facts != nil {
		for _, b := range parseBlocks(strings.Join(s.facts.Body, "\n")) {
			inner = append(append(inner, strings.Join(b.lines, " ")), b.lines...)
		}
	}
	for _, b := range s.blocks {
		paragraphs := []string{strings.Join(b.lines, " ")}
		if b.list {
			paragraphs = b.lines
		}
		for i, p := range paragraphs {
			if s.read[p] || slices.Contains(inner, p) {
				continue
			}
			n, sentence := tooLong(p)
			if n == 0 {
				s.read[p] = true
				continue
			}
			line := b.at[i]
			for j, l := range b.lines { // where the sentence begins
				if begin := strings.Fields(sentence); !b.list && strings.Contains(l, begin[0]+" "+begin[1]) {
					line = b.at[j]
					break
				}
			}
			return Mistake{
				Line: line, Rule: ruleSentences,
				What: fmt.Sprintf("a sentence has %d words, at most %d: « %s »", n, mostWords, sentence),
			}
		}
	}
	return m
}
