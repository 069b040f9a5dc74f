package directtest

import (
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"strconv"
)

// nextSerial returns a number that was never used. The caller holds the lock.
func (s *Server) nextSerial() int64 {
	s.serial++
	return s.serial
}

// paymentID returns the id of a new payment (docs/direct.md §7.5).
func (s *Server) paymentID(c *checkout, p *payment) string {
	if s.o.IDs == Nineteen {
		if p.Base = c.Serial; len(c.live) > 0 {
			p.Base = s.nextSerial()
		}
		p.Next = 1
		return fmt.Sprintf("90000%011d000", p.Base)
	}
	n := c.Next
	c.Next++
	return c.ID + "_" + strconv.Itoa(n)
}

// operationID returns the id of a new operation on a payment.
func (s *Server) operationID(p *payment) string {
	if s.o.IDs == Nineteen {
		n := p.Next
		p.Next++
		return fmt.Sprintf("90000%011d%03d", p.Base, n)
	}
	n := p.of.Next
	p.of.Next++
	return p.of.ID + "_" + strconv.Itoa(n)
}

// newUUID returns a random UUID: for a RETURNMAC, the id of an error or of an event.
func newUUID() string {
	var b [16]byte
	rand.Read(b[:]) // never fails: crypto/rand ends the program rather than return an error
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}

// formToken returns a random last part of a redirectUrl.
func formToken() string {
	var b [16]byte
	rand.Read(b[:])
	return hex.EncodeToString(b[:])
}
