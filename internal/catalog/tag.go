package catalog

// Tags gives the tags of a thing; none is an empty map.
func (r *Reader) Tags(owner ID) (map[string]string, error) {
	tags := map[string]string{}
	err := r.each("SELECT tag_key, value FROM tag WHERE owner_id = ?", []any{owner}, func(rows Rows) error {
		var key, value string
		if err := rows.Scan(&key, &value); err != nil {
			return err
		}
		tags[key] = value
		return nil
	})
	return tags, err
}

// PutTags adds tags to a thing or overwrites their values.
func (tx *Tx) PutTags(owner ID, tags map[string]string) error {
	for key, value := range tags {
		if _, err := tx.conn.Exec(tx.ctx, "INSERT INTO tag (owner_id, tag_key, value) VALUES (?, ?, ?) "+
			"ON CONFLICT (owner_id, tag_key) DO UPDATE SET value = excluded.value", int64(owner), key, value); err != nil {
			return err
		}
	}
	return nil
}

// SetTags makes these all the tags of a thing.
func (tx *Tx) SetTags(owner ID, tags map[string]string) error {
	if _, err := tx.conn.Exec(tx.ctx, "DELETE FROM tag WHERE owner_id = ?", int64(owner)); err != nil {
		return err
	}
	return tx.PutTags(owner, tags)
}

// DropTags takes tags from a thing; a key that it lacks is no error.
func (tx *Tx) DropTags(owner ID, keys ...string) error {
	for _, key := range keys {
		if _, err := tx.conn.Exec(tx.ctx, "DELETE FROM tag WHERE owner_id = ? AND tag_key = ?", int64(owner), key); err != nil {
			return err
		}
	}
	return nil
}

// Tagged gives up to n things, IDs ascending from after, that have a tag with
// this value.
func (r *Reader) Tagged(key, value string, after ID, n int) (owners []ID, err error) {
	err = r.each("SELECT owner_id FROM tag WHERE tag_key = ? AND value = ? AND owner_id > ? ORDER BY owner_id LIMIT ?",
		[]any{key, value, after, n}, func(rows Rows) error {
			var id ID
			if err := rows.Scan(&id); err != nil {
				return err
			}
			owners = append(owners, id)
			return nil
		})
	return owners, err
}
