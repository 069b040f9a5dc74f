package inbox

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/quittance/quittance/internal/nir"
)

// The linter reads every text when it is loaded, ours and an integrator's. A rule that is about words and spaces can be waived by
// the head of a file (exempt: spaces); one that protects the payer cannot.
const (
	ruleSpaces      = "spaces"      // which space stands before and after which sign
	ruleApostrophes = "apostrophes" // ’ and the quotation marks of the language, not ' and "
	ruleCapitals    = "capitals"    // accents on capitals
	ruleSentences   = "sentences"   // at most 25 words
	ruleLinks       = "links"       // no link, and so none to a payment page
	ruleSubject     = "subject"     // no amount
	ruleNIR         = "nir"         // no social security number
)

var exemptable = []string{ruleSpaces, ruleApostrophes, ruleCapitals, ruleSentences}

// mostWords is how many words a sentence may have.
const mostWords = 25

// lintRule is a pattern for a mistake in a line, and the message about it. %s in the message is the first group of the match.
type lintRule struct {
	rule    string
	pattern *regexp.Regexp
	what    string
}

// printedValue replaces a template action that prints something, before the patterns are applied. It is a control character, which no
// text can contain.
const printedValue = "\x05"

// linkPattern matches what a reader or a mail client takes for a link.
var linkPattern = regexp.MustCompile(`(?i)(\S*(?:://|\bwww\.|\b[\pL\pN-]+\.[a-z]{2,}/)\S*)`)

// commonRules hold in every language.
var commonRules = []lintRule{
	{ruleSpaces, regexp.MustCompile(`[\pL\pN.,:;!?)` + printedValue + `]([ \t\x{a0}\x{202f}]{2,})\S`), "two spaces in a row"},
	{ruleSpaces, regexp.MustCompile(`\S([ \t\x{a0}\x{202f}]+[,.…)])`), "a space before %s"},
	{ruleSpaces, regexp.MustCompile(`([(][ \t\x{a0}\x{202f}])`), "a space after the bracket"},
	{ruleSpaces, regexp.MustCompile(`(\d (?:€|%|\d))`), "an ordinary space within %s, where a line can break; write U+00A0 or U+202F"},
	{ruleApostrophes, regexp.MustCompile(`(\S*'\S*)`), "a straight apostrophe in %s; write ’"},
	{ruleApostrophes, regexp.MustCompile(`(")`), "straight quotation marks; write those of the language"},
	{ruleLinks, linkPattern, "it has a link, %s; whoever reads a letter with a link learns to trust the next one"},
}

// frenchRules hold in French: the signs of the Imprimerie nationale, and accents on capitals.
var frenchRules = []lintRule{
	{ruleSpaces, regexp.MustCompile(`([^\s\x{a0}\x{202f}(\[!?][;!?])`), "no space within %s; write U+202F before the sign"},
	{ruleSpaces, regexp.MustCompile(`([ \x{a0}][;!?])`), "the wrong space before %s; write U+202F"},
	{ruleSpaces, regexp.MustCompile(`([^\s\x{a0}\x{202f}\d:]:)(?:[^/\d]|$)`), "no space within %s; write U+00A0 before the colon"},
	{ruleSpaces, regexp.MustCompile(`([ \x{202f}][:»€%])`), "the wrong space before %s; write U+00A0"},
	{ruleSpaces, regexp.MustCompile(`([^\s\x{a0}\x{202f}][»€%])`), "no space within %s; write U+00A0 before the sign"},
	{ruleSpaces, regexp.MustCompile(`(«[^\x{a0}])`), "the wrong space after «; write U+00A0"},
	{ruleSpaces, regexp.MustCompile(`(\d (?:heures?|h|minutes?|jours?|mois|ans?|euros?)\b)`),
		"an ordinary space within %s, where a line can break; write U+00A0"},
	{ruleSpaces, regexp.MustCompile(`(?:^|[^\pL])(n[°º] )`), "an ordinary space after %s, where a line can break; write U+00A0"},
	{ruleApostrophes, regexp.MustCompile(`([“”])`), "the quotation marks of another language; write « and »"},
	{ruleCapitals, regexp.MustCompile(`(?:^|[^\pL])(E(?:cri|ch(?:ec|éanc|elon)|tat|tape|tant\b|tait|tabli|tranger|tes\b|tre\b|t[ée]\b|lectron|` +
		`galement|vi(?:te|ter)|v[ée]nement|cole|conom|l[èe]ve|diter|pargn|quip|nerg)\pL*)`),
		"%s lacks the accent on its capital"},
	{ruleCapitals, regexp.MustCompile(`(?:^|[.!?…»][ \x{a0}]+)(A) (?:payer|rembourser|bientôt|défaut|partir|compter|` +
		`noter|ce|la|votre|réception|régler|savoir|titre)\b`), "%s lacks the accent of À"},
	{ruleCapitals, regexp.MustCompile(`(?:^|[^\pL])(Ca)[ \x{a0}]`), "%s lacks its cedilla"},
	{ruleCapitals, regexp.MustCompile(`(?:^|[^\pL])((?:CREANCE|REFERENCE|NUMERO|RECEPTION|TELEPHONE|RECU|REGLE|DEBIT[ET]E?|` +
		`DEMARCHE|PRELEVEMENT|ECHE(?:C|ANCE)|ETAT|A PAYER|ACCUSE DE)S?)(?:[^\pL]|$)`),
		"%s lacks its accents"},
}

// englishRules want no space before its signs.
var englishRules = []lintRule{
	{ruleSpaces, regexp.MustCompile(`\S([ \x{a0}\x{202f}]+[;:!?])`), "a space before %s"},
	{ruleApostrophes, regexp.MustCompile(`([«»])`), "the quotation marks of another language; write “ and ”"},
}

var lintRules = map[string][]lintRule{"fr": slices.Concat(commonRules, frenchRules), "en": slices.Concat(commonRules, englishRules)}

// templateActions matches a template action; silentAction one that prints nothing; longNumbers a run of digits as long as a NIR.
var (
	templateActions = regexp.MustCompile(`(?s)\{\{.*?\}\}`)
	silentAction    = regexp.MustCompile(`^\{\{-?\s*(/\*|if\b|else\b|end\b|with\b|range\b)`)
	longNumbers     = regexp.MustCompile(`\d[\dABab .\-\x{a0}\x{202f}]{11,30}\d`)
)

// lintLines looks at the lines of a file, whose head is blank. lang is the base language.
func lintLines(lang string, lines []string, exempt []string) (bad []*Mistake) {
	patterns, ok := lintRules[lang]
	if !ok {
		patterns = commonRules
	}
	plain := templateActions.ReplaceAllStringFunc(strings.Join(lines, "\n"), func(a string) string {
		out := printedValue
		if silentAction.MatchString(a) {
			out = ""
		}
		return out + strings.Repeat("\n", strings.Count(a, "\n"))
	})
	for i, l := range strings.Split(plain, "\n") {
		if l = strings.TrimPrefix(strings.TrimLeft(l, " \t"), "- "); l == "" {
			continue
		}
		for _, s := range patterns {
			if slices.Contains(exempt, s.rule) {
				continue
			}
			m := s.pattern.FindStringSubmatch(l)
			if m == nil {
				continue
			}
			what := s.what
			if strings.Contains(what, "%s") {
				what = fmt.Sprintf(what, "« "+strings.ReplaceAll(strings.TrimSpace(m[1]), printedValue, "…")+" »")
			}
			bad = append(bad, &Mistake{Line: i + 1, Rule: s.rule, What: what})
		}
		for _, n := range longNumbers.FindAllString(l, -1) {
			if n = plainSpaces.Replace(n); nir.Full(n) || nir.Number(n) {
				bad = append(bad, &Mistake{Line: i + 1, Rule: ruleNIR, What: "it has a social security number"})
			}
		}
	}
	return bad
}

// plainSpaces makes every space U+0020.
var plainSpaces = strings.NewReplacer(nbsp, " ", narrow, " ")

// sentenceEnd ends a sentence; wordsOf counts its words. A number with its thousands, or of a telephone, is one word, as is « l’être ».
var (
	sentenceEnd = regexp.MustCompile(`[.!?…](?:[\s»”)]|$)`)
	wordsOf     = regexp.MustCompile(`[\pL\pN][\pL\pN’'.,@/-]*(?:[\x{202f}\x{a0}]\d+)*`)
)

// tooLong finds the sentences of a paragraph that have too many words.
func tooLong(paragraph string) (n int, sentence string) {
	for _, s := range sentenceEnd.Split(paragraph, -1) {
		if w := len(wordsOf.FindAllString(s, -1)); w > mostWords {
			return w, strings.TrimSpace(s)
		}
	}
	return 0, ""
}

// amountPattern matches an amount of money in a subject.
var amountPattern = regexp.MustCompile(`€|\b(?:EUR|euros?)\b|\d[\d\x{202f}\x{a0} ]*[.,]\d\d(?:\D|$)`)
