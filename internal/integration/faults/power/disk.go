package power

import (
	"io"
	"maps"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"sync"

	"github.com/ncruces/go-sqlite3"
	"github.com/ncruces/go-sqlite3/vfs"
)

// sector is what a disk writes at once, at most: of what was not synced each sector is kept or lost by itself, and some are torn inside.
const sector = 512

// habits are what a disk does otherwise than it should. The zero value is an honest disk.
type habits struct {
	forgetsSync      func(name string) bool // a sync of that file is answered, and nothing was written
	forgetsDirectory bool                   // a new file's name is not written with its first sync
}

// disk is a folder of files in memory, which SQLite uses as a VFS of the driver. It knows what was synced and what was only written: when its
// power is cut, the one is kept and of the other any part may be lost.
type disk struct {
	habits
	shared string // where the shared memory of the WAL's index stands: real files, of which nothing outlives the power

	mu    sync.Mutex
	rng   *rand.Rand
	names map[string]*content // the folder as processes see it
	kept  map[string]*content // the folder as it was synced last
	left  int                 // how many changes until the power is cut; 0: it is not
	dead  bool
	cut   chan struct{} // closed when the power is cut
}

func newDisk(shared string, rng *rand.Rand, h habits) *disk {
	return &disk{
		habits: h, shared: shared, rng: rng, names: map[string]*content{}, kept: map[string]*content{}, cut: make(chan struct{}),
	}
}

// content is what a file holds, whatever its name.
type content struct {
	now     []byte  // as processes see it
	synced  []byte  // as it was when it was synced last
	pending []write // what was done since, in order

	shared            int // locks of the database, as the interface of SQLite's VFS has them
	reserved, claimed bool
}

// write is a change of a content: bytes at a place, or, with nil, a new size.
type write struct {
	at    int64
	bytes []byte
}

// cutAfter cuts the power at the n-th change from now: it is under way then, and not answered.
func (d *disk) cutAfter(n int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.left = n
}

func (d *disk) isDead() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.dead
}

// change counts a change that begins, with the lock held, and reports whether the power holds until its end.
func (d *disk) change() error {
	if d.dead {
		return sqlite3.IOERR
	}
	if d.left > 0 {
		if d.left--; d.left == 0 {
			d.dead = true
			close(d.cut)
			return sqlite3.IOERR
		}
	}
	return nil
}

// after is the disk that is found when the power is back.
func (d *disk) after(shared string) *disk {
	d.mu.Lock()
	defer d.mu.Unlock()
	if !d.dead {
		d.dead = true
		close(d.cut)
	}
	next := newDisk(shared, d.rng, d.habits)
	luck := []float64{0, 0.02, 0.5, 0.98, 1}[d.rng.IntN(5)] // how much of what was not synced is there all the same
	all := maps.Clone(d.kept)
	maps.Copy(all, d.names)
	for name := range all {
		c := d.kept[name]
		if d.rng.Float64() < luck {
			c = d.names[name]
		}
		if c != nil {
			found := c.after(d.rng, luck)
			next.names[name] = &content{now: found, synced: append([]byte(nil), found...)}
		}
	}
	next.kept = maps.Clone(next.names)
	return next
}

// after returns the content as it is found after a loss of power: what was synced, and of each sector that was written since, in order, the
// new or the old, or a part of the new. Where a file has grown and nothing arrived, there are zeros, or what the disk had there before.
func (c *content) after(rng *rand.Rand, luck float64) []byte {
	found := append([]byte(nil), c.synced...)
	junk := rng.IntN(2) == 0
	grow := func(size int64) {
		for int64(len(found)) < size {
			b := byte(0)
			if junk {
				b = byte(rng.Uint32())
			}
			found = append(found, b)
		}
	}
	for _, w := range c.pending {
		if w.bytes == nil {
			if rng.Float64() < luck {
				if grow(w.at); int64(len(found)) > w.at {
					found = found[:w.at]
				}
			}
			continue
		}
		for from := int64(0); from < int64(len(w.bytes)); {
			to := min(int64(len(w.bytes)), from+sector-(w.at+from)%sector)
			piece := w.bytes[from:to]
			switch {
			case rng.Float64() < luck:
			case rng.IntN(16) == 0:
				piece = piece[:rng.IntN(len(piece)+1)] // torn
			default:
				piece = nil
			}
			if len(piece) > 0 {
				grow(w.at + from + int64(len(piece)))
				copy(found[w.at+from:], piece)
			} else if rng.IntN(4) == 0 {
				grow(w.at + to) // its size arrived without it
			}
			from = to
		}
	}
	return found
}

// Open is what SQLite asks for a file with.
func (d *disk) Open(name string, flags vfs.OpenFlag) (vfs.File, vfs.OpenFlag, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.dead {
		return nil, flags, sqlite3.CANTOPEN
	}
	c := d.names[name]
	if name == "" {
		c = &content{} // for a moment, and without a name
	} else if c == nil {
		if flags&vfs.OPEN_CREATE == 0 {
			return nil, flags, sqlite3.CANTOPEN
		}
		if err := d.change(); err != nil {
			return nil, flags, err
		}
		c = &content{}
		d.names[name] = c
	}
	f := &file{disk: d, content: c, name: name}
	// As SQLite's own VFS for Unix has it: each who opens a journal or log that may be new syncs the folder with his first sync.
	f.syncFolder = flags&vfs.OPEN_CREATE != 0 && flags&(vfs.OPEN_MAIN_JOURNAL|vfs.OPEN_SUPER_JOURNAL|vfs.OPEN_WAL) != 0
	if name != "" {
		f.shm = vfs.NewSharedMemory(filepath.Join(d.shared, strings.TrimPrefix(name, "/")+"-shm"), flags)
	}
	return f, flags, nil
}

func (d *disk) Delete(name string, syncFolder bool) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.names[name] == nil {
		return sqlite3.IOERR_DELETE_NOENT
	}
	if err := d.change(); err != nil {
		return err
	}
	delete(d.names, name)
	if syncFolder {
		d.kept = maps.Clone(d.names)
	}
	return nil
}

func (d *disk) Access(name string, _ vfs.AccessFlag) (bool, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.dead {
		return false, sqlite3.IOERR_ACCESS
	}
	return d.names[name] != nil, nil
}

func (d *disk) FullPathname(name string) (string, error) { return name, nil }

// file is a content that a connection has open.
type file struct {
	disk *disk
	*content
	name       string
	syncFolder bool
	lock       vfs.LockLevel
	shm        vfs.SharedMemory
}

func (f *file) SharedMemory() vfs.SharedMemory { return f.shm }

func (f *file) Close() error {
	if f.shm != nil {
		f.shm.Close()
	}
	return f.Unlock(vfs.LOCK_NONE)
}

func (f *file) ReadAt(p []byte, off int64) (int, error) {
	f.disk.mu.Lock()
	defer f.disk.mu.Unlock()
	if f.disk.dead {
		return 0, sqlite3.IOERR_READ
	}
	if off >= int64(len(f.now)) {
		return 0, io.EOF
	}
	n := copy(p, f.now[off:])
	if n < len(p) {
		return n, io.EOF
	}
	return n, nil
}

func (f *file) WriteAt(p []byte, off int64) (int, error) {
	f.disk.mu.Lock()
	defer f.disk.mu.Unlock()
	if f.disk.dead {
		return 0, sqlite3.IOERR_WRITE
	}
	f.put(write{off, append(make([]byte, 0, len(p)), p...)}) // it may have arrived even if the power is cut in it
	if err := f.disk.change(); err != nil {
		return 0, err
	}
	return len(p), nil
}

func (f *file) Truncate(size int64) error {
	f.disk.mu.Lock()
	defer f.disk.mu.Unlock()
	if f.disk.dead {
		return sqlite3.IOERR_TRUNCATE
	}
	f.put(write{at: size})
	return f.disk.change()
}

// put changes what processes see.
func (c *content) put(w write) {
	c.pending = append(c.pending, w)
	c.now = w.on(c.now)
}

func (f *file) Sync(vfs.SyncFlag) error {
	f.disk.mu.Lock()
	defer f.disk.mu.Unlock()
	if err := f.disk.change(); err != nil {
		return err
	}
	if f.disk.forgetsSync == nil || !f.disk.forgetsSync(f.name) {
		for _, w := range f.pending { // not the whole file again at each commit
			f.synced = w.on(f.synced)
		}
		f.pending = nil
	}
	if f.syncFolder && !f.disk.forgetsDirectory {
		if err := f.disk.change(); err != nil {
			return err
		}
		f.disk.kept = maps.Clone(f.disk.names)
	}
	f.syncFolder = false
	return nil
}

// on is the content with the change made.
func (w write) on(b []byte) []byte {
	size := w.at + int64(len(w.bytes))
	if int64(len(b)) < size {
		b = append(b, make([]byte, size-int64(len(b)))...)
	}
	if w.bytes == nil {
		b = b[:size]
	}
	copy(b[w.at:], w.bytes)
	return b
}

func (f *file) Size() (int64, error) {
	f.disk.mu.Lock()
	defer f.disk.mu.Unlock()
	return int64(len(f.now)), nil
}

// Lock: with a write-ahead log everybody has the shared lock of the file all the time; the log's own locks stand in the shared memory.
func (f *file) Lock(to vfs.LockLevel) error {
	f.disk.mu.Lock()
	defer f.disk.mu.Unlock()
	if f.lock >= to {
		return nil
	}
	switch to {
	case vfs.LOCK_SHARED:
		if f.claimed {
			return sqlite3.BUSY
		}
		f.shared++
	case vfs.LOCK_RESERVED:
		if f.reserved {
			return sqlite3.BUSY
		}
		f.reserved = true
	case vfs.LOCK_EXCLUSIVE:
		if f.claimed && f.lock < vfs.LOCK_PENDING {
			return sqlite3.BUSY
		}
		f.claimed, f.reserved, f.lock = true, true, vfs.LOCK_PENDING
		if f.shared > 1 {
			return sqlite3.BUSY
		}
	}
	f.lock = to
	return nil
}

func (f *file) Unlock(to vfs.LockLevel) error {
	f.disk.mu.Lock()
	defer f.disk.mu.Unlock()
	if f.lock <= to {
		return nil
	}
	if f.lock >= vfs.LOCK_RESERVED {
		f.reserved = false
	}
	if f.lock >= vfs.LOCK_PENDING {
		f.claimed = false
	}
	if to < vfs.LOCK_SHARED {
		f.shared--
	}
	f.lock = to
	return nil
}

func (f *file) LockState() vfs.LockLevel { return f.lock }

func (f *file) CheckReservedLock() (bool, error) {
	f.disk.mu.Lock()
	defer f.disk.mu.Unlock()
	return f.reserved, nil
}

func (f *file) SectorSize() int { return sector }

// DeviceCharacteristics: it promises no more than SQLite takes for granted of every disk, that bytes beside a write are not touched.
func (f *file) DeviceCharacteristics() vfs.DeviceCharacteristic {
	return vfs.IOCAP_POWERSAFE_OVERWRITE | vfs.IOCAP_SUBPAGE_READ
}
