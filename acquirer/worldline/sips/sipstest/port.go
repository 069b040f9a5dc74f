package sipstest

// Down takes the platform off the net: whoever dials is refused, and open connections are cut. The bank goes on.
func (s *Server) Down() { s.platform.Leave() }

// Up brings it back at the same address. The error says that somebody else has taken the port meanwhile.
func (s *Server) Up() error { return s.platform.Return() }
