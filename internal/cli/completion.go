package cli

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"zerops-mcp/internal/install"
	"zerops-mcp/internal/settings"
	"zerops-mcp/tools"
)

// completion prints the script that makes a shell ask this program for words.
func (p *program) completion() int {
	switch shell := first(p.Operands); shell {
	case "bash":
		fmt.Fprint(p.Stdout, bashCompletion)
	case "zsh":
		fmt.Fprint(p.Stdout, zshCompletion)
	case "fish":
		fmt.Fprint(p.Stdout, fishCompletion)
	case "":
		return usageError(p.Stderr, errors.New("which shell? Write \"zerops-mcp completion bash\", zsh or fish"))
	default:
		return usageError(p.Stderr, fmt.Errorf("there is no completion for %q: use bash, zsh or fish", clip(shell)))
	}
	return exitDone
}

const bashCompletion = `# zerops-mcp completion for bash: source <(zerops-mcp completion bash)
_zerops_mcp() {
	local line=${COMP_LINE:0:COMP_POINT} last words
	read -ra words <<<"$line"
	if [[ $line == *[[:space:]] ]]; then words+=(''); fi
	last=${words[${#words[@]}-1]}
	local IFS=$'\n'
	COMPREPLY=($(zerops-mcp __complete "${words[@]:1}" 2>/dev/null))
	if [[ ${#COMPREPLY[@]} -eq 1 && ${COMPREPLY[0]} == *= ]]; then compopt -o nospace; fi
	# Only what is behind an equals sign is replaced.
	if [[ $last == *=* && $COMP_WORDBREAKS == *=* ]]; then COMPREPLY=("${COMPREPLY[@]#"${last%=*}="}"); fi
}
complete -o default -F _zerops_mcp zerops-mcp
`

const zshCompletion = `#compdef zerops-mcp
# zerops-mcp completion for zsh: source <(zerops-mcp completion zsh)
_zerops_mcp() {
	local -a found
	found=("${(@f)$(zerops-mcp __complete "${(@)words[2,CURRENT]}" 2>/dev/null)}")
	if [[ -z $found ]]; then _files; return; fi
	compadd -Q -S '' -- ${(M)found:#*=}
	compadd -Q -- ${found:#*=}
}
compdef _zerops_mcp zerops-mcp
`

const fishCompletion = `# zerops-mcp completion for fish: zerops-mcp completion fish | source
complete -c zerops-mcp -f -a '(zerops-mcp __complete (commandline -opc)[2..-1] (commandline -ct) 2>/dev/null)'
`

// completeCommand is what the completion scripts call; it is not in help.
const completeCommand = "__complete"

// complete prints the words that may stand in place of the last one. It asks
// nobody and never fails, because it runs at every press of the tab key.
func (p *program) complete(words []string) int {
	if len(words) == 0 {
		words = []string{""}
	}
	last := words[len(words)-1]
	for _, candidate := range candidates(words[:len(words)-1], last) {
		if strings.HasPrefix(candidate, last) {
			fmt.Fprintln(p.Stdout, candidate)
		}
	}
	return exitDone
}

// candidates lists what may follow the words before.
func candidates(before []string, last string) []string {
	command := ""
	var names []string
	for _, c := range settings.Commands() {
		names = append(names, c.Name)
		if slices.Contains(before, c.Name) && command == "" {
			command = c.Name
		}
	}
	if name, _, ok := strings.Cut(last, "="); ok && strings.HasPrefix(name, "-") {
		return prefixed(name+"=", flagValues(append(slices.Clone(before), name), ""))
	}
	if values := flagValues(before, last); values != nil {
		return values
	}
	switch {
	case strings.HasPrefix(last, "-"):
		return flags(command)
	case command == "":
		return names
	case command == settings.Help:
		return names
	case command == settings.Completion:
		return []string{"bash", "fish", "zsh"}
	case command == settings.Install && operand(before) == "":
		return install.Clients()
	case command == settings.CallTool && operand(before) == "":
		return toolNames()
	}
	return nil
}

// flags lists the flags of a command; those of serve before there is one.
func flags(command string) []string {
	if command == "" {
		command = settings.Serve
	}
	var list []string
	for _, s := range settings.Table() {
		if s.Takes(command) {
			list = append(list, "--"+s.Flag)
		}
	}
	slices.Sort(list)
	return list
}

// flagValues lists the values of the flag before, where they are known.
func flagValues(before []string, last string) []string {
	word := ""
	if len(before) > 0 {
		word = before[len(before)-1]
	}
	name := strings.TrimLeft(word, "-")
	if name == word {
		return nil
	}
	// Of a list the last element is still to be written.
	written := last[:strings.LastIndexByte(last, ',')+1]
	switch name {
	case "arg":
		return arguments(operand(before), last)
	case "tools", "exclude-tools":
		return prefixed(written, toolNames())
	case "toolsets":
		return prefixed(written, toolsetNames())
	}
	for _, s := range settings.Table() {
		if s.Flag == name && len(s.Choices) > 0 {
			return s.Choices
		}
	}
	return nil
}

// operand is the first word after the command that is neither flag nor value.
func operand(before []string) string {
	switches := make(map[string]bool)
	for _, s := range settings.Table() {
		switches["--"+s.Flag] = s.Switch()
	}
	seen := false
	for i := 0; i < len(before); i++ {
		word := before[i]
		switch {
		case strings.HasPrefix(word, "-"):
			if !switches[word] && !strings.Contains(word, "=") {
				i++
			}
		case !seen:
			seen = true
		default:
			return word
		}
	}
	return ""
}

func toolNames() []string {
	var names []string
	for _, t := range tools.Catalogue() {
		names = append(names, t.Name)
	}
	return names
}

func toolsetNames() []string {
	names := []string{"all", "default"}
	for _, t := range tools.Catalogue() {
		if !slices.Contains(names, t.Toolset) {
			names = append(names, t.Toolset)
		}
	}
	return names
}

// arguments lists the names of a tool's arguments, or the values of the one that
// is being written, where they are a closed set.
func arguments(tool, last string) []string {
	all := tools.Catalogue()
	i := slices.IndexFunc(all, func(t tools.ToolInfo) bool { return t.Name == tool })
	if i < 0 {
		return nil
	}
	if name, _, ok := strings.Cut(last, "="); ok {
		return prefixed(name+"=", propertyValues(all[i].Input, name))
	}
	return propertyNames(all[i].Input)
}

func prefixed(prefix string, words []string) []string {
	for i, w := range words {
		words[i] = prefix + w
	}
	return words
}
