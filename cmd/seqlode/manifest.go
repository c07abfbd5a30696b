package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"regexp"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/seqlode/seqlode/readset"
)

// manifest is a list of sources to be imported as one job: the request of
// StartReadSetImportJob (storage.md §6). What of the rest is empty is filled in.
type manifest struct {
	SequenceStoreID string                 `json:"sequenceStoreId" yaml:"sequenceStoreId"`
	RoleARN         string                 `json:"roleArn"         yaml:"roleArn"`
	ClientToken     string                 `json:"clientToken"     yaml:"clientToken"`
	Sources         []readset.ImportSource `json:"sources"         yaml:"sources"`
}

// maxManifest bounds a manifest, in bytes: a hundred sources with all their
// fields at full length take a tenth of it.
const maxManifest = 8 << 20

// readManifest reads a manifest and makes URIs of the paths in it, which begin at
// its folder.
func (im *importCommand) readManifest(file string) (manifest, error) {
	in, _, err := im.open(file)
	if err != nil {
		return manifest{}, im.failed(file, err)
	}
	defer in.Close()
	text, err := io.ReadAll(io.LimitReader(in, maxManifest+1))
	if err == nil && len(text) > maxManifest {
		err = fmt.Errorf("is longer than %s", size(maxManifest))
	}
	var m manifest
	if err == nil {
		m, err = parseManifest(text, isJSON(file, text))
	}
	if err != nil {
		return manifest{}, im.failed(file, err)
	}
	folder := filepath.Dir(file) // of standard input: where we are
	for i := range m.Sources {
		s := &m.Sources[i].SourceFiles
		for _, uri := range []*string{&s.Source1, &s.Source2} {
			if *uri == stdinName {
				return manifest{}, im.failed(file, fmt.Errorf("sources[%d]: standard input can't be a source of a manifest", i))
			}
			if *uri, err = fileURI(folder, *uri); err != nil {
				return manifest{}, im.failed(file, fmt.Errorf("sources[%d]: %w", i, err))
			}
		}
	}
	return m, nil
}

// isJSON says which format a manifest has: by its name, or else by its content.
func isJSON(file string, text []byte) bool {
	switch strings.ToLower(filepath.Ext(file)) {
	case ".json":
		return true
	case ".yaml", ".yml":
		return false
	}
	return json.Valid(text)
}

// parseManifest reads either form of a manifest: the request, or only its sources.
// Fields that are not known are errors.
func parseManifest(text []byte, asJSON bool) (m manifest, err error) {
	if len(bytes.TrimSpace(text)) == 0 {
		return m, errors.New("is empty")
	}
	decode := decodeYAML
	if asJSON {
		decode = decodeJSON
	}
	if list, err := isList(text, asJSON); err != nil {
		return m, err
	} else if list {
		err = decode(text, &m.Sources)
		return m, err
	}
	err = decode(text, &m)
	return m, err
}

// isList says whether the text is a list and no mapping.
func isList(text []byte, asJSON bool) (bool, error) {
	if asJSON {
		return bytes.HasPrefix(bytes.TrimLeft(text, " \t\r\n"), []byte("[")), nil
	}
	var node yaml.Node
	if err := yaml.Unmarshal(text, &node); err != nil {
		return false, yamlError(err)
	}
	if len(node.Content) == 0 {
		return false, errors.New("is empty")
	}
	return node.Content[0].Kind == yaml.SequenceNode, nil
}

func decodeYAML(text []byte, to any) error {
	d := yaml.NewDecoder(bytes.NewReader(text))
	d.KnownFields(true)
	if err := d.Decode(to); err != nil {
		return yamlError(err)
	}
	var more yaml.Node
	if err := d.Decode(&more); err != io.EOF {
		return errors.New("has a second document: a manifest is one")
	}
	return nil
}

// How the YAML library tells of fields and values that do not belong.
var (
	yamlField = regexp.MustCompile(` not found in type \S+$`)
	yamlValue = regexp.MustCompile(`(?s)cannot unmarshal (\S*).* into \S+$`)
	yamlKinds = map[string]string{"!!seq": "a list", "!!map": "a mapping", "!!str": "text", "!!int": "a number", "!!float": "a number", "!!bool": "a truth value"}
)

// yamlError gives the first fault that the YAML library tells of, without the
// names of Go's types.
func yamlError(err error) error {
	text := strings.TrimPrefix(err.Error(), "yaml: ")
	if faults, ok := errors.AsType[*yaml.TypeError](err); ok {
		text = faults.Errors[0]
	}
	text = yamlField.ReplaceAllString(text, " is not known here")
	if m := yamlValue.FindStringSubmatch(text); m != nil {
		kind, ok := yamlKinds[m[1]]
		if !ok {
			kind = "a value" // of some other tag
		}
		text = strings.TrimSuffix(text, m[0]) + unwanted(kind)
	}
	return errors.New(strings.Join(strings.Fields(text), " "))
}

// unwanted says of a value that something else belongs there.
func unwanted(kind string) string { return kind + " where something else is wanted" }

func decodeJSON(text []byte, to any) error {
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(to); err != nil {
		return jsonError(text, err)
	}
	if _, err := d.Token(); err != io.EOF {
		return fmt.Errorf("line %d: something follows the end of the JSON", lineAt(text, d.InputOffset()))
	}
	d = json.NewDecoder(bytes.NewReader(text))
	key, err := givenTwice(d)
	if err == nil && key != "" {
		err = fmt.Errorf("line %d: field %s is given twice", lineAt(text, d.InputOffset()), label(key))
	}
	return err
}

// givenTwice finds a key that an object of a value has twice, in whatever case:
// the JSON library would keep one of them. The value is one that it has read, and so
// of a depth that it allows.
func givenTwice(d *json.Decoder) (key string, err error) {
	begin, err := d.Token()
	if err != nil || begin != json.Delim('{') && begin != json.Delim('[') {
		return "", err
	}
	seen := map[string]bool{}
	for d.More() {
		if begin == json.Delim('{') {
			name, err := d.Token()
			if err != nil {
				return "", err
			}
			key, _ := name.(string) // a key is nothing else
			if seen[strings.ToLower(key)] {
				return key, nil
			}
			seen[strings.ToLower(key)] = true
		}
		if key, err := givenTwice(d); err != nil || key != "" {
			return key, err
		}
	}
	_, err = d.Token() // the end
	return "", err
}

// jsonError gives an error of the JSON library with its line, where it knows one.
func jsonError(text []byte, err error) error {
	if e, ok := errors.AsType[*json.SyntaxError](err); ok {
		return fmt.Errorf("line %d: %w", lineAt(text, e.Offset), err)
	}
	if e, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		where := ""
		if e.Field != "" {
			where = e.Field + ": "
		}
		return fmt.Errorf("line %d: %s%s", lineAt(text, e.Offset), where, unwanted("a "+e.Value))
	}
	if errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF) {
		return errors.New("ends in the middle of the JSON")
	}
	if field, ok := strings.CutPrefix(err.Error(), "json: unknown field "); ok {
		return fmt.Errorf("field %s is not known here", strings.Trim(field, `"`))
	}
	return err
}

// lineAt is the line, from 1, of a byte of the text.
func lineAt(text []byte, offset int64) int {
	return 1 + bytes.Count(text[:min(offset, int64(len(text)))], []byte("\n"))
}
