package rig

import "github.com/quittance/quittance/acquirer/worldline/sips"

// Through is how a portal reaches the platform and the mailbox: at these addresses, behind which a test stands that can hold up what passes.
// An empty one is the usual way.
func Through(platform, mailbox string) Option {
	return func(s *start) {
		if platform != "" {
			s.setting.Shop.Endpoints = sips.Endpoints{Paypage: platform, Office: platform}
		}
		if mailbox != "" {
			s.setting.Mailbox = mailbox
		}
	}
}

// Reaching is how a portal reaches the database, when it is not the world's own way.
func Reaching(d Database) Option { return func(s *start) { s.setting.Database = d } }

// URL is where the mailbox is.
func (m *Mailbox) URL() string { return m.url }
