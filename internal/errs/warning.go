package errs

// Warning is something that a person should know and a program may ignore.
type Warning struct {
	Code    string `json:"code"`    // stable, for programs
	Message string `json:"message"` // for people
}

// Strict makes an error, of kind Corrupt, of the first warning.
func Strict(ws []Warning) error {
	if len(ws) == 0 {
		return nil
	}
	return At(Corrupt, Pos{}, "%s", ws[0].Message)
}
