package payfiptest

import (
	"encoding/json"
	"io"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

type requestVector struct {
	ID, Why, Body string
	Headers       []string
	Expect        struct {
		Readable  bool
		Operation string
		Fields    map[string]string
		Answer    string
	}
}

func requestVectors(t testing.TB) []requestVector {
	t.Helper()
	b, err := os.ReadFile("../testdata/vectors.json")
	if err != nil {
		t.Fatal(err)
	}
	var file struct {
		Counts  struct{ Request int }
		Vectors struct{ Request []requestVector }
	}
	if err := json.Unmarshal(b, &file); err != nil {
		t.Fatal(err)
	}
	if len(file.Vectors.Request) != file.Counts.Request || file.Counts.Request == 0 {
		t.Fatalf("%d vectors", len(file.Vectors.Request))
	}
	return file.Vectors.Request
}

// What other programs send, byte for byte, is answered as the vectors say, with their own headers.
func TestVectorsRequest(t *testing.T) {
	const known = "cc0cb210-1cd4-11ea-8cca-0213ad91a103"
	s := NewServer(Options{})
	defer s.Close()
	s.byID[known] = &session{Transaction: Transaction{
		IdOp: known, Numcli: Numcli, Refdet: "PCLCB262540000004", Saisie: "T", Cents: 7550, Letter: "P", DecidedAt: s.now(), CreatedAt: s.now(),
	}}
	for _, v := range requestVectors(t) {
		t.Run(v.ID, func(t *testing.T) {
			req, err := http.NewRequest(http.MethodPost, s.ServiceURL(), strings.NewReader(v.Body))
			if err != nil {
				t.Fatal(err)
			}
			req.Header.Set("Content-Type", "text/xml") // of those that were made, not captured
			for _, h := range v.Headers {
				name, value, _ := strings.Cut(h, ": ")
				req.Header.Set(name, value)
			}
			resp, err := http.DefaultClient.Do(req)
			if err != nil {
				t.Fatal(err)
			}
			defer resp.Body.Close()
			body, err := io.ReadAll(resp.Body)
			if err != nil {
				t.Fatal(err)
			}
			has := func(text string) bool { return strings.Contains(string(body), text) }
			switch want := v.Expect.Answer; {
			case !v.Expect.Readable:
				if resp.StatusCode != 500 || !has("<faultcode>S:Client</faultcode>") {
					t.Errorf("%d %s", resp.StatusCode, body)
				}
				return
			case want == "idop", want == "detail":
				if resp.StatusCode != 200 || !has("<idOp>") || want == "detail" && !has("<resultrans>P</resultrans>") {
					t.Errorf("%d %s", resp.StatusCode, body)
				}
			case want == "client":
				if resp.StatusCode != 200 || !has("<numcli>"+Numcli+"</numcli>") {
					t.Errorf("%d %s", resp.StatusCode, body)
				}
			case strings.HasPrefix(want, "refused:"): // the code is not known, any functional error will do
				if resp.StatusCode != 500 || !has("FonctionnelleErreur") {
					t.Errorf("%d %s", resp.StatusCode, body)
				}
			default:
				if resp.StatusCode != 500 || !has("<code>"+want+"</code>") {
					t.Errorf("expected %s: %d %s", want, resp.StatusCode, body)
				}
			}
			journal := s.Journal()
			if last := journal[len(journal)-1]; last.Operation != v.Expect.Operation || last.Status != resp.StatusCode {
				t.Errorf("the journal says %s, status %d", last.Operation, last.Status)
			}
			parsed, err := readRequest(&http.Request{Body: io.NopCloser(strings.NewReader(v.Body))})
			want := v.Expect.Fields
			if want == nil {
				want = map[string]string{}
			}
			if diff := cmp.Diff(want, parsed.members); err != nil || diff != "" {
				t.Errorf("%v (-want +got):\n%s", err, diff)
			}
		})
	}
	if n := s.IgnoredMembers(); n["object"] != 1 || n["idop"] != 1 || n["EXER"] != 1 || n["numcli"] != 1 || n["arg0"] != 1 {
		t.Errorf("ignored: %v", n)
	}
}

// A session number is a UUID of the version that the habits say, and never comes twice.
func TestNewIdOp(t *testing.T) {
	now := time.Date(2019, 12, 12, 15, 0, 0, 0, time.UTC)
	seen := make(map[string]bool)
	for i := range 2000 {
		id := newIdOp(now, i%2 == 0)
		if version := id[14]; len(id) != 36 || seen[id] && i%2 == 1 || version != map[bool]byte{true: '1', false: '4'}[i%2 == 0] || !strings.ContainsRune("89ab", rune(id[19])) {
			t.Fatalf("%s", id)
		}
		seen[id] = true
	}
	if id := newIdOp(now, true); !strings.HasSuffix(id, "-0213ad91a103") || !strings.Contains(id, "-1cf0-11ea-") && !strings.Contains(id, "-11ea-") {
		t.Error(id)
	}
}
