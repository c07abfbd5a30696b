package main

import "iter"

// pages gives the entries of a list that comes in pages: page gives those at a
// token, "" at first, and the token of the next page, "" after the last.
func pages[T any](page func(token string) (entries []T, next string, err error)) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		for token := ""; ; {
			entries, next, err := page(token)
			if err != nil {
				var none T
				yield(none, err)
				return
			}
			for _, e := range entries {
				if !yield(e, nil) {
					return
				}
			}
			if token = next; token == "" {
				return
			}
		}
	}
}

// gather gives all entries of a list.
func gather[T any](entries iter.Seq2[T, error]) (out []T, err error) {
	for e, err := range entries {
		if err != nil {
			return nil, err
		}
		out = append(out, e)
	}
	return out, nil
}
