package wire

import (
	"context"
	"errors"
	"math/rand/v2"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/quittance/quittance/acquirer"
)

// A question is asked at most three times, with pauses of about a quarter and half a second, or as long as the platform asks for
// (RetryAfter of the error) up to 30 s.
const (
	tries       = 3
	firstPause  = 250 * time.Millisecond
	longestWait = 30 * time.Second
)

// Patiently asks until there is an answer or no sense in asking. It is for questions only: ask may be called three times, with the
// attempt counted from 1. It ends at once with ctx.
func Patiently[T any](ctx context.Context, ask func(attempt int) (T, *acquirer.Error)) (T, *acquirer.Error) {
	pause := firstPause
	for attempt := 1; ; attempt++ {
		answer, e := ask(attempt)
		if e == nil {
			return answer, nil
		}
		wait := max(e.RetryAfter, pause/2+rand.N(pause/2+1))
		if !e.Retryable() || attempt == tries || wait > longestWait || !sleepUnlessDone(ctx, wait) {
			return answer, e
		}
		pause *= 2
	}
}

// sleepUnlessDone waits for d and reports whether it did. If the context is done, or its deadline comes within d, the caller learns
// at once that there is no time for another attempt.
func sleepUnlessDone(ctx context.Context, d time.Duration) bool {
	if end, ok := ctx.Deadline(); ok && time.Until(end) <= d {
		return false
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-t.C:
		return ctx.Err() == nil
	}
}

// longestDelay bounds what is believed of a Retry-After.
const longestDelay = 24 * time.Hour

// RetryAfter returns how long the platform wants to be left alone, a day at most: by the header Retry-After, which has seconds or a date. It
// is zero when there is none, or none that makes sense.
func RetryAfter(h http.Header, now time.Time) time.Duration {
	s := h.Get("Retry-After")
	// A number beyond 64 bits is still a number: ParseInt then returns the nearest one that it has.
	if n, err := strconv.ParseInt(strings.TrimSpace(s), 10, 64); err == nil || errors.Is(err, strconv.ErrRange) {
		return time.Duration(min(max(n, 0), int64(longestDelay/time.Second))) * time.Second
	}
	if t, err := http.ParseTime(s); err == nil {
		return min(max(t.Sub(now), 0), longestDelay)
	}
	return 0
}
