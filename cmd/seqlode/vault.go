package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/seqlode/seqlode"
)

// vaultCommand is what commands in a vault share.
type vaultCommand struct {
	*app
	dir   string            // of the vault
	given map[string]string // what the command line calls sources, by their URIs
}

// newVaultCommand gives a command its --vault, and bounds the number of its
// arguments; most -1 is no bound.
func newVaultCommand(a *app, cmd *cobra.Command, least, most int) *vaultCommand {
	c := &vaultCommand{app: a}
	cmd.Flags().SortFlags = false
	addVault(cmd, &c.dir)
	cmd.Args = func(cmd *cobra.Command, args []string) error {
		if len(args) < least || most >= 0 && len(args) > most {
			return usagef("usage: %s", cmd.UseLine())
		}
		return nil
	}
	return c
}

// The ways in which commands open a vault.
var (
	reading = seqlode.Options{MustExist: true, Workers: -1} // jobs are left to others
	working = seqlode.Options{MustExist: true}
	making  = seqlode.Options{} // and works
)

// in opens the vault and closes it when do has ended.
func (c *vaultCommand) in(ctx context.Context, o seqlode.Options, do func(*seqlode.Vault) error) (err error) {
	if o, err = c.options(o); err != nil {
		return err
	}
	c.inVault.Store(true)
	defer c.inVault.Store(false)
	v, err := seqlode.Open(ctx, o)
	if err != nil {
		return c.notOpened(err)
	}
	defer func() { err = errors.Join(err, v.Close()) }()
	return do(v)
}

// options completes options with what the command line says.
func (c *vaultCommand) options(o seqlode.Options) (seqlode.Options, error) {
	switch {
	case c.dir == "":
		return o, usagef("--vault is empty")
	case strings.Contains(c.dir, "://"):
		return o, usagef("--vault %s: this version keeps vaults in folders", label(c.dir))
	}
	o.Dir, o.Threads, o.LocalSources, o.Logger = c.dir, c.threads, true, c.logger()
	return o, nil
}

// notOpened says what to do where there is no vault.
func (c *vaultCommand) notOpened(err error) error {
	if errors.Is(err, seqlode.ErrNotFound) {
		return fmt.Errorf("there is no vault in %s: `seqlode import` makes one, --vault names another", label(c.dir))
	}
	return err
}

// addVault adds the flag that names the vault.
func addVault(cmd *cobra.Command, dir *string) {
	where := os.Getenv("SEQLODE_VAULT")
	if where == "" {
		where = "./" + seqlode.DefaultDir
	}
	cmd.Flags().StringVar(dir, "vault", where, "the vault's `DIR`; SEQLODE_VAULT in the environment sets the default")
}

// logger tells on stderr of what a vault does not report otherwise.
func (a *app) logger() *slog.Logger {
	return slog.New(slog.NewTextHandler(a.stderr, &slog.HandlerOptions{
		Level: slog.LevelWarn,
		ReplaceAttr: func(_ []string, attr slog.Attr) slog.Attr {
			if attr.Key == slog.TimeKey {
				return slog.Attr{}
			}
			return attr
		},
	}))
}

// roleARN is the role that calls name: the API demands one, and a vault by itself
// has no use for it.
func roleARN(v *seqlode.Vault) string { return "arn:aws:iam::" + v.Info().Account + ":role/seqlode" }
