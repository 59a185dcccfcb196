package install

// Edit changes the text of a configuration of a client, as Plan does.
func Edit(name string, before []byte, command string, remove bool) ([]byte, error) {
	c, _ := find(name)
	editing := editJSON
	if c.toml {
		editing = editTOML
	}
	e := entry{Command: command, Args: []string{"serve"}, Env: []variable{{"ZEROPS_TOKEN_FILE", `C:\a b\token`}}}
	after, _, err := editing(c, before, e, remove)
	return after, err
}
