package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seqlode/seqlode/internal/errs"
)

// What a signal ends is told of by main, and not by each file that was in hand.
func TestFailed(t *testing.T) {
	var says, prints bytes.Buffer
	a := &app{stderr: &says, stdout: &output{w: &prints, bar: new(progress)}, json: true}
	err := fmt.Errorf("read: %w", context.Canceled)
	require.Equal(t, err, a.failed("file", err))
	require.Empty(t, says.String()+prints.String())
	require.Equal(t, errFailed, a.failed("file", errors.New("broken")))
	require.Equal(t, "seqlode: file: broken\n", says.String())
	require.Equal(t, `{"file":"file","error":"broken"}`+"\n", prints.String())
}

// Nothing that is joined to errFailed is lost.
func TestUnsaid(t *testing.T) {
	lost := errors.New("lost")
	require.NoError(t, unsaid(nil))
	require.NoError(t, unsaid(errFailed))
	require.NoError(t, unsaid(errors.Join(errFailed, fmt.Errorf("x: %w", errFailed))))
	require.Equal(t, lost, unsaid(lost))
	whole := errs.At(errs.Internal, errs.Pos{}, "cannot be opened: %w", lost)
	require.Equal(t, whole, unsaid(whole), "its kind is no message")
	require.EqualError(t, unsaid(errors.Join(errors.Join(errFailed, lost), nil)), "lost")
}

func TestHarmless(t *testing.T) {
	for message, want := range map[string]string{
		"Größe 'x'\n\ty \"z\" \\": "Größe 'x'\n\ty \"z\" \\",
		"\x1b[31mred\x07\r\u009b": `\x1b[31mred\a\r\u009b`,
		"\xff":                    "\ufffd",
	} {
		require.Equal(t, want, harmless(message))
	}
}
