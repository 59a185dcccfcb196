package install

// Edit changes the text of a configuration of a client, as Plan does.
func Edit(name string, before []byte, command string, remove bool) ([]byte, error) {
	c, _ := find(name)
	after, _, err := editJSON(c, before, testEntry(command), remove)
	return after, err
}

// Lines are those that a person pastes into a configuration in TOML.
func Lines(command, arg string) string {
	e := testEntry(command)
	e.Args = append(e.Args, arg)
	return e.toml("mcp_servers")
}

// ReadTOML finds our entry in a configuration in TOML.
func ReadTOML(content []byte) (command string, args, env []string, err error) {
	e, err := readTOML(content, "mcp_servers")
	return e.command, e.args, e.env, err
}

func testEntry(command string) entry {
	return entry{Command: command, Args: []string{"serve"}, Env: []variable{{"ZEROPS_TOKEN_FILE", `C:\a b\token`}}}
}
