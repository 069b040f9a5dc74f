package audit

// HoldAtMost changes how many payments an export keeps in memory.
func (b *Books) HoldAtMost(n int) { b.mostRead = n }
