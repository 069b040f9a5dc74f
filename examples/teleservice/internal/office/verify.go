package office

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/quittance/quittance/examples/teleservice/internal/web"
	"github.com/quittance/quittance/payment"
	"github.com/quittance/quittance/payment/audit"
)

// verification is what the last one found.
type verification struct {
	At      time.Time `json:"at"`
	By      string    `json:"by"` // an agent's id
	Seals   int       `json:"seals"`
	Altered []string  `json:"altered,omitempty"` // in French, one for each payment
	Took    string    `json:"took"`
}

// Who is who asked for it, in words.
func (v verification) Who() string { return who(v.By) }

// settingVerification is where the last one is kept.
const settingVerification = "office_verification"

// lastVerification is the last one; zero if there was none.
func (o *Office) lastVerification(ctx context.Context) (v verification, err error) {
	text, err := o.Database.Setting(ctx, settingVerification)
	if err != nil || text == "" {
		return v, err
	}
	return v, json.Unmarshal([]byte(text), &v)
}

// verification shows what the last one found, and asks for the seals that were kept.
func (o *Office) verification(w http.ResponseWriter, r *http.Request, agent officer) error {
	return o.showVerification(w, r, agent, http.StatusOK, "", nil)
}

func (o *Office) showVerification(w http.ResponseWriter, r *http.Request, agent officer, status int, typed string, faults []web.Fault) error {
	last, err := o.lastVerification(r.Context())
	if err != nil {
		return err
	}
	done, _ := o.noteAndTyped(w, r)
	page := o.page(r, agent, "Vérification du journal")
	page.Errors = faults
	page.Body = map[string]any{"Last": last, "Typed": typed, "Done": done}
	return o.pages.Write(w, r, status, "verification.html", page)
}

// verify checks every journal, and with the seals that were kept outside that no payment was deleted or rewritten. One at a time: it reads
// everything.
func (o *Office) verify(w http.ResponseWriter, r *http.Request, agent officer) error {
	if err := r.ParseForm(); err != nil {
		return web.Bad(err)
	}
	typed := r.PostForm.Get("sceaux")
	seals, wrong := readSeals(typed)
	if wrong != "" {
		return o.showVerification(w, r, agent, http.StatusUnprocessableEntity, typed, []web.Fault{{Field: "sceaux", Text: wrong}})
	}
	if !o.verifying.TryLock() {
		return o.seeOther(w, r, "/gestion/verification", "occupe")
	}
	defer o.verifying.Unlock()
	o.liftDeadlines(w)
	began := time.Now()
	v := verification{At: o.Clock.Now(), By: agent.ID, Seals: len(seals)}
	all := slices.Values(seals)
	if len(seals) == 0 {
		all = nil
	}
	switch err := o.Books.Verify(r.Context(), all); {
	case errors.Is(err, payment.ErrAltered):
		v.Altered = alterations(err)
	case err != nil:
		return err
	}
	v.Took = lasting(time.Since(began))
	text, err := json.Marshal(v)
	if err != nil {
		return err
	}
	if err := o.Database.SetSetting(r.Context(), settingVerification, string(text)); err != nil {
		return err
	}
	return o.seeOther(w, r, "/gestion/verification", "verifie")
}

// readSeals reads seals as the office gives them out, and as an export has them: on each line the last word, oldest first. wrong says which line is
// none.
func readSeals(text string) (seals []audit.Seal, wrong string) {
	lines := bufio.NewScanner(strings.NewReader(text))
	for n := 1; lines.Scan(); n++ {
		words := strings.FieldsFunc(lines.Text(), func(r rune) bool { return r == ' ' || r == '\t' || r == ';' || r == '\u00a0' || r == '\ufeff' })
		if len(words) == 0 {
			continue
		}
		seal, err := audit.ParseSeal(words[len(words)-1])
		if err != nil {
			return nil, fmt.Sprintf("La ligne %d n’est pas un sceau : 64 chiffres hexadécimaux, seuls ou après le jour.", n)
		}
		seals = append(seals, seal)
	}
	if lines.Err() != nil {
		return nil, "Une ligne est trop longue pour être un sceau."
	}
	return seals, ""
}
