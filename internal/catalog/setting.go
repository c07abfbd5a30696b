package catalog

// Settings gives what an account has set in a region, by name: what differs from
// the defaults.
func (r *Reader) Settings(s Scope) (map[string]string, error) {
	set := map[string]string{}
	err := r.each("SELECT name, value FROM setting WHERE account = ? AND region = ?", []any{s.Account, s.Region}, func(rows Rows) error {
		var name, value string
		if err := rows.Scan(&name, &value); err != nil {
			return err
		}
		set[name] = value
		return nil
	})
	return set, err
}

// Set gives a setting a value.
func (tx *Tx) Set(s Scope, name, value string) error {
	_, err := tx.conn.Exec(tx.ctx, "INSERT INTO setting (account, region, name, value) VALUES (?, ?, ?, ?) "+
		"ON CONFLICT (account, region, name) DO UPDATE SET value = excluded.value", s.Account, s.Region, name, value)
	return err
}

// Unset takes a setting back to its default.
func (tx *Tx) Unset(s Scope, name string) error {
	_, err := tx.conn.Exec(tx.ctx, "DELETE FROM setting WHERE account = ? AND region = ? AND name = ?", s.Account, s.Region, name)
	return err
}
