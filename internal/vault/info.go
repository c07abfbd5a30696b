package vault

import (
	"context"
	"encoding/json"
	"errors"
	"regexp"
	"time"

	"github.com/seqlode/seqlode/internal/blob"
	"github.com/seqlode/seqlode/internal/catalog"
	"github.com/seqlode/seqlode/internal/errs"
)

// Format is that of vaults as they are made, and the newest that is opened.
const Format = 1

// infoKey is the object that makes a place a vault.
const infoKey = "vault.json"

// maxInfo bounds what is read of it, in bytes.
const maxInfo = 1 << 20

// Info is what vault.json says. It never changes.
type Info struct {
	Format       int       `json:"format"`
	ID           string    `json:"id"` // random letters and digits
	Account      string    `json:"account"`
	Region       string    `json:"region"`
	Name         string    `json:"name"`
	CreationTime time.Time `json:"creationTime"`
}

var (
	accountForm = regexp.MustCompile(`^[0-9]{12}$`)
	regionForm  = regexp.MustCompile(`^[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?$`)
)

// WithDefaults gives the account 000000000000 and the region local where there are
// none.
func (i Info) WithDefaults() Info {
	if i.Account == "" {
		i.Account = "000000000000"
	}
	if i.Region == "" {
		i.Region = "local"
	}
	return i
}

// Check refuses an account that is not twelve digits, and a region that is not 1
// to 64 lower-case letters, digits and hyphens.
func (i Info) Check() error {
	switch {
	case !accountForm.MatchString(i.Account):
		return errs.At(errs.Validation, errs.Pos{}, "account %q is not twelve digits", i.Account)
	case !regionForm.MatchString(i.Region):
		return errs.At(errs.Validation, errs.Pos{}, "region %q is not 1 to 64 lower-case letters, digits and hyphens", i.Region)
	case len(i.Name) > 127:
		return errs.At(errs.Validation, errs.Pos{}, "the vault's name is longer than 127 bytes")
	}
	return nil
}

// ReadInfo reads vault.json; NotFound where there is none, NotSupported where a
// newer seqlode made it.
func ReadInfo(ctx context.Context, b blob.Bucket) (Info, error) {
	text, err := blob.Get(ctx, b, infoKey, maxInfo)
	if err != nil {
		return Info{}, err
	}
	// The format comes first: a newer one may say the rest in another way.
	var format struct {
		Format int `json:"format"`
	}
	if err := json.Unmarshal(text, &format); err != nil {
		return Info{}, damaged(err)
	}
	if format.Format > Format {
		return Info{}, errs.At(errs.NotSupported, errs.Pos{},
			"the vault has format %d; this seqlode knows formats up to %d: use a newer seqlode", format.Format, Format)
	}
	var info Info
	err = json.Unmarshal(text, &info)
	if err == nil {
		err = info.Check()
	}
	if err == nil && (info.Format < 1 || info.ID == "") {
		err = errors.New("no format or no id")
	}
	if err != nil {
		return Info{}, damaged(err)
	}
	return info, nil
}

// damaged says that vault.json can't be used. Nothing else has all that it says.
func damaged(err error) error {
	return errs.At(errs.Corrupt, errs.Pos{File: infoKey}, "is damaged; put a copy of it back, it never changes: %w", err)
}

// WriteInfo makes a place a vault; Conflict where it is one already.
func WriteInfo(ctx context.Context, b blob.Bucket, info Info) error {
	text, err := json.MarshalIndent(info, "", "  ")
	if err != nil {
		return errs.At(errs.Internal, errs.Pos{File: infoKey}, "%w", err)
	}
	return blob.Put(ctx, b, infoKey, append(text, '\n'), blob.CreateOptions{Lease: CallLease, IfAbsent: true})
}

// catalogSetting is where a catalog keeps the ID of its vault.
const catalogSetting = "vault-id"

// ClaimCatalog gives the ID of the vault that a catalog is of. One that is of none
// becomes that of the vault fresh, unless that is "".
func ClaimCatalog(ctx context.Context, c *catalog.Catalog, fresh string) (id string, err error) {
	look := func(r *catalog.Reader) error {
		set, err := r.Settings(catalog.Scope{})
		id = set[catalogSetting]
		return err
	}
	if err := c.View(ctx, look); err != nil || id != "" || fresh == "" {
		return id, err
	}
	err = c.Update(ctx, func(tx *catalog.Tx) error {
		if err := look(&tx.Reader); err != nil || id != "" {
			return err
		}
		id = fresh
		return tx.Set(catalog.Scope{}, catalogSetting, id)
	})
	return id, err
}
