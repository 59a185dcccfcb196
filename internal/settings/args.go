package settings

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// readArgs sorts the arguments into command, flags and operands.
//
// The walk is our own because the standard library's stops at the first word
// that is no flag and lets a flag without value swallow the next flag: both
// would make "serve DIRECTORY --read-only" or "--deploy-root --read-only", as
// clients and bundles write them, start a server that may write.
func (l *loader) readArgs() (Command, error) {
	var words []string
	help := false
	args := l.src.Args
	for i := 0; i < len(args); i++ {
		arg := args[i]
		if arg == "--" {
			words = append(words, args[i+1:]...)
			break
		}
		if len(arg) < 2 || arg[0] != '-' {
			words = append(words, arg)
			continue
		}
		name, value, hasValue := strings.Cut(strings.TrimPrefix(arg[1:], "-"), "=")
		switch name {
		case "h", "help":
			help = true
			continue
		case "v", "version":
			words = append([]string{Version}, words...)
			continue
		case "t":
			// Other MCP servers abbreviate it so, and clients' documentation too.
			name = "transport"
		}
		s := l.byFlag[name]
		if s == nil {
			return Command{}, l.unknownFlag(name)
		}
		g := given{setting: s, value: value, from: "--" + name}
		switch {
		case hasValue:
		case s.Switch():
			g.alone = true
			if i+1 < len(args) && isBooleanWord(args[i+1]) {
				return Command{}, fmt.Errorf("write --%s=%s: a switch takes its value after an equals sign", name, clip(args[i+1]))
			}
		case i+1 < len(args) && (len(args[i+1]) < 2 || args[i+1][0] != '-'):
			i++
			g.value = args[i]
		case s.lenient:
			l.warn(g.from, "has no value and counts as unset")
			continue
		default:
			return Command{}, fmt.Errorf("--%s needs a value: write --%s=%s", name, name, s.Value)
		}
		l.flags = append(l.flags, g)
	}
	command, err := l.pickCommand(words, help)
	if err != nil {
		return Command{}, err
	}
	l.out.Help = help
	return command, l.checkApplies(command)
}

// pickCommand finds the command in the words that are no flags; the rest are
// its operands.
func (l *loader) pickCommand(words []string, help bool) (Command, error) {
	commands := Commands()
	if len(words) == 0 {
		if help {
			return named(commands, Help), nil
		}
		return named(commands, Serve), nil
	}
	command := named(commands, words[0])
	if command.Name == "" {
		names := make([]string, len(commands))
		for i, c := range commands {
			names[i] = c.Name
		}
		if near := Closest(words[0], names); near != "" {
			return Command{}, fmt.Errorf("unknown command %q: did you mean %q?", clip(words[0]), near)
		}
		return Command{}, fmt.Errorf("unknown command %q: see \"zerops-mcp help\"; a directory goes after \"serve\"", clip(words[0]))
	}
	l.operands = words[1:]
	if command.most >= 0 && len(l.operands) > command.most && !help {
		return Command{}, fmt.Errorf("unexpected %q after %q: %s", clip(l.operands[command.most]),
			strings.Join(words[:1+command.most], " "), usage(command))
	}
	return command, nil
}

func named(commands []Command, name string) Command {
	if i := slices.IndexFunc(commands, func(c Command) bool { return c.Name == name }); i >= 0 {
		return commands[i]
	}
	return Command{}
}

func usage(c Command) string {
	return strings.TrimSpace("the usage is \"zerops-mcp "+strings.TrimSpace(c.Name+" "+c.Operands)) + "\""
}

// checkApplies refuses flags of another command.
func (l *loader) checkApplies(command Command) error {
	if command.plain || l.out.Help {
		return nil
	}
	for _, g := range l.flags {
		if !g.setting.Takes(command.Name) {
			return fmt.Errorf("%s does not apply to %q: it belongs to %s", g.from, command.Name, strings.Join(g.setting.Commands, ", "))
		}
	}
	return nil
}

// unknownFlag never repeats the value that may have come with the flag.
func (l *loader) unknownFlag(name string) error {
	switch strings.ReplaceAll(strings.ToLower(name), "_", "-") {
	case "token", "api-token", "access-token", "api-key", "zerops-token", "key":
		return errors.New("the token is never a flag, because command lines are visible to others: put it in ZEROPS_TOKEN, or in a file named by --token-file")
	case "access-keys", "signing-key":
		return fmt.Errorf("--%s is never a flag, because command lines are visible to others: use ZMCP_%s or its _FILE form",
			clip(name), strings.ToUpper(strings.ReplaceAll(name, "-", "_")))
	}
	names := make([]string, 0, len(l.byFlag))
	for flag := range l.byFlag {
		names = append(names, flag)
	}
	slices.Sort(names)
	if near := Closest(strings.ReplaceAll(strings.ToLower(name), "_", "-"), names); near != "" {
		return fmt.Errorf("unknown flag --%s: did you mean --%s?", clip(name), near)
	}
	return fmt.Errorf("unknown flag --%s: see \"zerops-mcp help serve\"", clip(name))
}
