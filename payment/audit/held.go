package audit

import "io"

// heldBack is how many bytes are written only when all is well, some twelve thousand lines: of a larger day the beginning is written before
// the end is read.
const heldBack = 2 << 20

// heldWriter holds back what is written to it until it has enough, or until flush. What it holds grows with the day: a small one costs little.
type heldWriter struct {
	to   io.Writer
	held []byte
}

func (h *heldWriter) Write(p []byte) (int, error) {
	if len(h.held)+len(p) > heldBack {
		if err := h.flush(); err != nil {
			return 0, err
		}
	}
	h.held = append(h.held, p...)
	return len(p), nil
}

func (h *heldWriter) flush() error {
	n, err := h.to.Write(h.held)
	if err == nil && n < len(h.held) {
		err = io.ErrShortWrite
	}
	h.held = h.held[:0]
	return err
}
