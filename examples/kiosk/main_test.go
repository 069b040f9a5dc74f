package main

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"html"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"
)

// output can be read while it is written.
type output struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.b.Write(p)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.b.String()
}

// patience only ends what hangs.
const patience = 2 * time.Minute

var address = regexp.MustCompile(`http://127\.0\.0\.1:\d+`)

// start runs the program and returns its address; it ends as by Ctrl-C with the test.
func start(t *testing.T, args ...string) string {
	t.Helper()
	ctx, interrupt := context.WithCancel(t.Context())
	out, ended := new(output), make(chan int)
	go func() { ended <- run(ctx, append([]string{"-addr", "127.0.0.1:0"}, args...), out, out) }()
	t.Cleanup(func() {
		interrupt()
		select {
		case code := <-ended:
			if code != 0 || !strings.Contains(out.String(), "The platform is closed.") {
				t.Errorf("it ended with %d:\n%s", code, out)
			}
		case <-time.After(patience):
			t.Error("it does not end")
		}
	})
	for end := time.Now().Add(patience); time.Now().Before(end); time.Sleep(2 * time.Millisecond) {
		if a := address.FindString(out.String()); a != "" {
			return a
		}
	}
	t.Fatalf("it does not say where it listens:\n%s", out)
	return ""
}

func send(t *testing.T, to, contentType, body string, header ...string) (int, string) {
	t.Helper()
	r, err := http.NewRequest(http.MethodPost, to, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", contentType)
	for i := 0; i < len(header); i += 2 {
		if header[i] == "Host" {
			r.Host = header[i+1]
		}
		r.Header.Set(header[i], header[i+1])
	}
	client := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	resp, err := client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(b)
}

func get(t *testing.T, to string) string {
	t.Helper()
	resp, err := http.Get(to)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != http.StatusOK {
		t.Fatalf("%s: status %d, %v", to, resp.StatusCode, err)
	}
	return string(b)
}

// initialise opens a payment as the protocol sheet says, and returns its redirect data.
func initialise(t *testing.T, base, merchant, key, reference, notify string) string {
	t.Helper()
	h := hmac.New(sha256.New, []byte(key))
	io.WriteString(h, "1000"+notify+"978IR_WS_2.20"+merchant+"https://shop.example/returnINTERNETimpayé n°12"+reference)
	code, body := send(t, base+"/rs-services/v2/paymentInit/", "application/json", fmt.Sprintf(`{"amount":1000,"automaticResponseUrl":%q,
		"currencyCode":"978","interfaceVersion":"IR_WS_2.20","keyVersion":1,"merchantId":%q,"normalReturnUrl":"https://shop.example/return",
		"orderChannel":"INTERNET","returnContext":"impayé n°12","transactionReference":%q,"seal":%q}`,
		notify, merchant, reference, hex.EncodeToString(h.Sum(nil))))
	var a map[string]string
	if err := json.Unmarshal([]byte(body), &a); code != 200 || err != nil || a["redirectionStatusCode"] != "00" {
		t.Fatalf("paymentInit: status %d, %v, %s", code, err, body)
	}
	return a["redirectionData"]
}

// A developer of any language opens a payment, has it paid and makes its notification go wrong, by the API and by the page.
func TestDesk(t *testing.T) {
	var mu sync.Mutex
	var got []url.Values
	shop := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		if r.ParseForm() == nil {
			got = append(got, r.PostForm)
		}
	}))
	defer shop.Close()
	received := func() int { mu.Lock(); defer mu.Unlock(); return len(got) }

	base := start(t, "-merchant", "011223344550000", "-key", "1=secret123")
	api := func(action, body string, status int) string {
		t.Helper()
		code, answer := send(t, base+"/api/"+action, "application/json", body)
		if code != status || !json.Valid([]byte(answer)) {
			t.Errorf("%s %s: status %d, expected %d: %s", action, body, code, status, answer)
		}
		return answer
	}
	data := initialise(t, base, "011223344550000", "secret123", "REF1", shop.URL)
	api("inject", `{"faults":["lost"]}`, 200)
	answer := api("visit", fmt.Sprintf(`{"redirectionData":%q,"code":"05"}`, data), 200)
	if !strings.Contains(answer, "https://shop.example/return") || !strings.Contains(answer, "responseCode=05") || received() != 0 {
		t.Errorf("%d notifications came although one was to be lost; visit: %s", received(), answer)
	}
	api("visit", fmt.Sprintf(`{"redirectionData":%q}`, data), 409)
	api("notify", `{"merchant":"011223344550000","reference":"REF1","faults":["doubled"]}`, 200)
	if received() != 2 {
		t.Errorf("%d notifications came, expected 2", received())
	}
	if page := get(t, base+"/"); !strings.Contains(page, "REF1") || !strings.Contains(page, "REFUSED") || strings.Contains(page, "secret123") {
		t.Errorf("the page:\n%s", page)
	}
	click := func(action, form string, status int) {
		t.Helper()
		if code, page := send(t, base+"/desk/"+action, "application/x-www-form-urlencoded", form); code != status {
			t.Errorf("the button %s %s: status %d, expected %d\n%s", action, form, code, status, page)
		}
	}
	click("notify", "merchant=011223344550000&reference=REF1&fault=late", 303)
	click("notify", "merchant=011223344550000&reference=REF1&fault=tampered", 303)
	if received() != 3 || !strings.Contains(got[2].Get("Data"), "responseCode=00") {
		t.Errorf("%d notifications came, expected the one that was tampered with", received())
	}
	click("release", "", 303)
	click("notify", "merchant=011223344550000&reference=NOBODY", 404)
	click("answer", "op=begin&code=xx", 409)
	click("advance", "duration=16m", 303)
	if received() != 4 {
		t.Errorf("%d notifications came, expected 4", received())
	}
	var list []transaction
	if err := json.Unmarshal([]byte(get(t, base+"/api/transactions")), &list); err != nil || len(list) != 1 || list[0].Sent != 4 || list[0].Code != "05" {
		t.Errorf("%v, %+v", err, list)
	}
	var sent []delivery
	if err := json.Unmarshal([]byte(get(t, base+"/api/deliveries")), &sent); err != nil || len(sent) != 4 || sent[0].Status != 200 {
		t.Errorf("%v, %+v", err, sent)
	}

	var absent []absence
	if err := json.Unmarshal([]byte(get(t, base+"/api/not-simulated")), &absent); err != nil || len(absent) < 20 {
		t.Errorf("not simulated: %v, %v", err, absent)
	}
	api("answer", `{"op":"validate","code":"90"}`, 200)
	page := get(t, base+"/")
	if !strings.Contains(page, "<option>validate</option>") {
		t.Error("the page cannot make a validation go wrong")
	}
	for _, a := range absent {
		if !strings.Contains(page, "<dt><code>"+a.Name+"</code></dt><dd>"+html.EscapeString(a.Text)+"</dd>") {
			t.Errorf("the page does not say that %s is not simulated", a.Name)
		}
	}
	data = initialise(t, base, "002001000000001", "002001000000001_KEY1", "PUBLIC", shop.URL) // the public shops are there too
	if answer := api("visit", fmt.Sprintf(`{"redirectionData":%q,"authentication":"ATTEMPT"}`, data), 200); !strings.Contains(answer, "3D_ATTEMPT") {
		t.Errorf("visit: %s", answer)
	}
	api("nothing", `{}`, 404)
	api("visit", `{"redirectionData":"x"}`, 409)
	api("visit", `{"card":"4100000000000000"}`, 400)
	api("advance", `{"duration":"forever"}`, 409)
	api("advance", `[`, 400)
	api("remit", ``, 200)
	api("decide", `{"merchant":"011223344550000","reference":"REF1","code":"00"}`, 409)
	if code, _ := send(t, base+"/api/remit", "text/plain", `{}`); code != http.StatusUnsupportedMediaType {
		t.Errorf("text: status %d", code)
	}
}

// Another site cannot use the developer's browser, nor a name that it gives to this machine.
func TestOtherSites(t *testing.T) {
	base := start(t)
	for _, x := range []struct {
		header []string
		status int
	}{
		{[]string{"Origin", "https://evil.example"}, http.StatusForbidden},
		{[]string{"Sec-Fetch-Site", "cross-site"}, http.StatusForbidden},
		{[]string{"Host", "evil.example:9000"}, http.StatusMisdirectedRequest},
		{[]string{"Origin", base}, http.StatusSeeOther},
	} {
		if code, _ := send(t, base+"/desk/remit", "application/x-www-form-urlencoded", "", x.header...); code != x.status {
			t.Errorf("%v: status %d, expected %d", x.header, code, x.status)
		}
	}
	resp, err := http.Get(base + "/nothing")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	page, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != http.StatusNotFound || !strings.Contains(string(page), nothingThere) || !strings.Contains(string(page), "<h1>") {
		t.Errorf("status %d, %v: %.200s", resp.StatusCode, err, page)
	}
	for body, status := range map[string]int{"%zz": http.StatusBadRequest, "": http.StatusNotFound} {
		if code, page := send(t, base+"/desk/nothing", "application/x-www-form-urlencoded", body); code != status || !strings.Contains(page, "<h1>") {
			t.Errorf("%q: status %d is no page: %.200s", body, code, page)
		}
	}
}

func TestFlagsThatCannotBe(t *testing.T) {
	for _, x := range []struct {
		args []string
		code int
	}{
		{[]string{"-addr", "0.0.0.0:9000"}, 1},
		{[]string{"-addr", ":9000"}, 1},
		{[]string{"-addr", "192.0.2.1:9000"}, 1},
		{[]string{"-key", "1=secret123"}, 2},
		{[]string{"-numbering", "s10"}, 2},
		{[]string{"-screening", "rules"}, 2},
		{[]string{"-merchant", "1", "-key", "1=secret123", "-screening", "x"}, 1},
		{[]string{"-merchant", "1"}, 1},
		{[]string{"-merchant", "x", "-key", "1=secret123"}, 1},
		{[]string{"-merchant", "1", "-key", "secret123"}, 2},
		{[]string{"-merchant", "1", "-key", "0=secret123"}, 2},
		{[]string{"-merchant", "1", "-key", "1=secret123", "-key", "1=other"}, 2},
		{[]string{"-merchant", "1", "-key", "1=secret123", "-numbering", "x"}, 1},
		{[]string{"-colour", "red"}, 2},
		{[]string{"more"}, 2},
		{[]string{"-h"}, 0},
	} {
		ctx, cancel := context.WithCancel(t.Context())
		cancel() // where it listens all the same, it ends at once
		var out output
		if code := run(ctx, x.args, &out, &out); code != x.code || out.String() == "" {
			t.Errorf("%v: exit status %d, expected %d: %s", x.args, code, x.code, &out)
		}
		if strings.Contains(out.String(), "secret123") {
			t.Errorf("%v: a key is printed: %s", x.args, &out)
		}
	}
}
