package seqlode

import (
	"maps"

	"github.com/seqlode/seqlode/internal/catalog"
	"github.com/seqlode/seqlode/internal/job"
	"github.com/seqlode/seqlode/internal/source"
	"github.com/seqlode/seqlode/internal/vault"
	"github.com/seqlode/seqlode/readset"
	"github.com/seqlode/seqlode/reference"
)

// kindsOf are the sorts of things of a vault: those that others refer to come
// first.
func (o Options) kindsOf(info Info) []vault.Kind {
	if o.kinds != nil {
		return o.kinds
	}
	scope := catalog.Scope{Account: info.Account, Region: info.Region}
	return append(reference.Kinds(scope), readset.Kinds(scope)...)
}

// serve gives the vault its services, and the work that its runner does for them.
func (v *Vault) serve(o Options) map[string]job.Kind {
	sources := &source.Opener{Local: o.LocalSources}
	v.References = reference.NewService(v.core, reference.ServiceOptions{Sources: sources})
	v.ReadSets = readset.NewService(v.core, readset.ServiceOptions{Sources: sources, References: v.References})
	works := map[string]job.Kind{}
	for _, more := range []map[string]job.Kind{v.References.Work(), v.ReadSets.Work(), o.works} {
		maps.Copy(works, more)
	}
	return works
}
