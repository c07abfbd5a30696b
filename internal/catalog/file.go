package catalog

// FileRole says which file of its owner a file is.
type FileRole string

// The roles of files: of a read set Source1, Source2 and Index; of a reference
// Source, Index and, of a bgzipped one, GZI.
const (
	Source1 FileRole = "SOURCE1"
	Source2 FileRole = "SOURCE2"
	Source  FileRole = "SOURCE"
	Index   FileRole = "INDEX"
	GZI     FileRole = "GZI"
)

// Area is the part of the vault where the bytes of a file lie.
type Area string

// The areas.
const (
	InObjects Area = "objects"
	InArchive Area = "archive"
)

// File is a stored file of a reference or read set.
type File struct {
	OwnerID    ID // of the reference or read set
	Role       FileRole
	Key        string // path below its area; no two files share one, and it never changes
	Area       Area
	Encoding   string // of the archived form; "" for the bytes as they are
	Size       int64  // bytes as served
	PartSize   int64  // bytes of a part as the API counts them
	StoredSize int64  // bytes as they lie
	Checksum   string // of the bytes as they lie: crc32c:734a796b
}

var files = table[File]{
	name: "stored_file", thing: "file of", key: 2, fixed: 3,
	columns: columnList("owner_id, role, object_key, area, encoding, size, part_size, stored_size, checksum"),
	fields: func(f *File) []any {
		return []any{&f.OwnerID, &f.Role, &f.Key, &f.Area, &f.Encoding, &f.Size, &f.PartSize, &f.StoredSize, &f.Checksum}
	},
}

// InsertFile adds a file; Conflict where its owner has one of the role, or its
// key is taken.
func (tx *Tx) InsertFile(f File) error { return files.insert(tx, &f) }

// UpdateFile writes all but owner, role and key: how the bytes lie.
func (tx *Tx) UpdateFile(f File) error { return files.update(tx, &f) }

// Files gives the files of a reference or read set.
func (r *Reader) Files(owner ID) ([]File, error) {
	return files.all(r, "WHERE owner_id = ? ORDER BY role", owner)
}

// FileByKey gives the file with a key.
func (r *Reader) FileByKey(key string) (File, error) {
	return files.one(r, key, "object_key = ?", key)
}

// FilesFrom gives up to n files whose keys begin with a prefix and come after a
// key, in the order of keys (of their bytes).
func (r *Reader) FilesFrom(prefix, after string, n int) ([]File, error) {
	where, args := "object_key >= ? AND object_key > ?", []any{prefix, after}
	if end := prefixEnd(prefix); end != "" {
		where, args = where+" AND object_key < ?", append(args, end)
	}
	return files.all(r, "WHERE "+where+" ORDER BY object_key LIMIT ?", append(args, n)...)
}

// prefixEnd is the lowest string above all that begin with a prefix of ASCII; ""
// where there is none.
func prefixEnd(prefix string) string {
	for i := len(prefix) - 1; i >= 0; i-- {
		if prefix[i] < 0x7f {
			return prefix[:i] + string(prefix[i]+1)
		}
	}
	return ""
}
