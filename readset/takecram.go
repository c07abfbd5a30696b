package readset

import (
	"bytes"
	"context"
	"encoding/hex"
	"io"

	"github.com/seqlode/seqlode/etag"
	"github.com/seqlode/seqlode/internal/bam"
	"github.com/seqlode/seqlode/internal/catalog"
	"github.com/seqlode/seqlode/internal/cram"
	"github.com/seqlode/seqlode/internal/errs"
	"github.com/seqlode/seqlode/internal/fasta"
	"github.com/seqlode/seqlode/internal/sam"
	"github.com/seqlode/seqlode/internal/source"
)

// bases gives the bases of the linked reference.
func (s *Service) bases(ctx context.Context, arn string) (fasta.Bases, error) {
	if s.opt.Bases == nil || arn == "" {
		return nil, nil
	}
	return s.opt.Bases(ctx, arn)
}

// takeCRAM is take of CRAM: its records are restored with the linked reference.
func (im *importing) takeCRAM(ctx context.Context, stream *source.Stream) error {
	at := func(err error) error { return errs.InFile(err, stream.Name, errs.Internal) }
	bases, err := im.service.bases(ctx, im.in.ReferenceARN)
	if err != nil {
		return err
	}
	stored, err := cram.Rehead(stream, func(h *sam.Header) (*sam.Header, error) { return im.rehead(ctx, h) })
	if err != nil {
		return at(err)
	}
	st, err := im.stage(ctx, 0, stored)
	if err != nil {
		return err
	}
	defer abort(st)
	v := im.service.vault
	r, err := cram.NewReader(st, cram.Options{Threads: v.Threads, Limiter: v.Limiter, Bases: bases})
	if err != nil {
		return at(err)
	}
	result, x, err := im.readCRAM(ctx, r)
	if err != nil {
		return at(err)
	}
	for _, w := range r.Warnings() {
		if w.Code == etag.MissingEOFBlock {
			return at(errs.At(errs.Corrupt, errs.Pos{}, "truncated: %s", w.Message))
		}
	}
	if _, err := io.Copy(io.Discard, st); err != nil { // what lies behind the last container is kept
		return at(err)
	}
	im.known(result)
	if err := im.publish(catalog.Source1, im.names[0], st); err != nil {
		return err
	}
	if x == nil {
		return nil
	}
	var index bytes.Buffer
	if err := x.Write(&index); err != nil {
		return err
	}
	return im.putIndex(ctx, ".crai", index.Bytes())
}

// readCRAM hashes the text of a file and indexes it; one out of order has no index.
func (im *importing) readCRAM(ctx context.Context, r *cram.Reader) (result etag.Result, x cram.Index, err error) {
	text := cram.NewText(ctx, r)
	defer text.Close()
	family := etag.Family(im.store.ETagFamily)
	h := family.New()
	var stats bam.Stats
	var places cram.Indexer
	var unsorted error
	for {
		slot, err := text.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			return result, nil, err
		}
		chunk := slot.Unit
		h.Write(chunk.Text)
		stats.Add(chunk.Stats)
		if chunk.Places != nil && unsorted == nil {
			unsorted = places.Add(chunk.Places)
		}
		slot.Release()
	}
	if unsorted != nil {
		im.message = statusMessage("stored without an index: " + unsorted.Error())
		places.Index = nil
	}
	result = etag.Result{Algorithm: CRAM.Algorithm(family), Type: CRAM, Hex: hex.EncodeToString(h.Sum(nil)), Reads: stats.Records, Bases: stats.Bases}
	im.aligned = stats.Mapped > 0
	return result, places.Index, nil
}
