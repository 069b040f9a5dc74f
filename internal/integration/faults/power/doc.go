// Package power cuts the power of the disk under an SQLite database: what was synced is kept, and of the rest any part is lost, torn or there
// all the same. The disk is a VFS in the process, of the driver github.com/ncruces/go-sqlite3. It has tests only.
package power
