package settings

import (
	"fmt"
	"math"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"zerops-mcp/internal/phrase"
)

// unexpanded recognises what clients leave in place of a value that they could
// not fill in: ${user_config.token}, ${ZEROPS_TOKEN}, $ZEROPS_TOKEN, %ZEROPS_TOKEN%.
func unexpanded(value string) bool {
	if len(value) > 2 && value[0] == '%' && value[len(value)-1] == '%' && variableName(value[1:len(value)-1]) {
		return true
	}
	if rest, ok := strings.CutPrefix(value, "${"); ok {
		return strings.IndexByte(rest, '}') == len(rest)-1
	}
	rest, ok := strings.CutPrefix(value, "$")
	return ok && rest != "" && strings.Trim(rest, "ABCDEFGHIJKLMNOPQRSTUVWXYZ_") == ""
}

// variableName reports letters, digits and underscores, no digit first.
func variableName(name string) bool {
	return name != "" && (name[0] < '0' || name[0] > '9') &&
		strings.Trim(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_") == ""
}

// split cuts a list into its elements. Commas separate; variables that hold
// directories may also use the separator of PATH, and a directory given as a
// flag is never cut, because it may contain either.
func split(value string, paths, flag bool) []string {
	switch {
	case paths && flag:
		return []string{value}
	case paths:
		return strings.FieldsFunc(value, func(r rune) bool { return r == ',' || r == os.PathListSeparator })
	default:
		return strings.Split(value, ",")
	}
}

func parseBoolean(value string) (on, ok bool) {
	switch strings.ToLower(value) {
	case "true", "1", "yes", "on":
		return true, true
	case "false", "0", "no", "off":
		return false, true
	}
	return false, false
}

// isBooleanWord leaves out 0 and 1, which are also directory names.
func isBooleanWord(value string) bool {
	_, ok := parseBoolean(value)
	return ok && value != "0" && value != "1"
}

// store puts values into the setting's place; from names their origin and is
// empty for the default.
func (s *Setting) store(out *Settings, values []string, from string) error {
	if list, ok := s.at(out).(*[]string); ok {
		*list = values
		return nil
	}
	if len(values) == 0 {
		return nil
	}
	value := values[len(values)-1]
	switch p := s.at(out).(type) {
	case *bool:
		on, ok := parseBoolean(value)
		if !ok {
			return fmt.Errorf("%s: %q is neither true nor false", from, clip(value))
		}
		*p = on
	case *string:
		if len(s.Choices) > 0 {
			value = strings.ToLower(value)
			if !slices.Contains(s.Choices, value) {
				return fmt.Errorf("%s: %q is not one of %s", from, clip(value), strings.Join(s.Choices, ", "))
			}
		}
		*p = value
	case *time.Duration:
		d, ok := parseDuration(value)
		if !ok {
			return fmt.Errorf("%s: %q is no duration: write seconds (50) or a unit (50s, 2m)", from, clip(value))
		}
		*p = d
	case *float64:
		n, err := strconv.ParseFloat(value, 64)
		if err != nil || math.IsNaN(n) || math.IsInf(n, 0) || n < 0 {
			return fmt.Errorf("%s: %q is not a number from 0 up", from, clip(value))
		}
		*p = n
	}
	return nil
}

// parseDuration takes a number of seconds or what time.ParseDuration takes.
func parseDuration(value string) (time.Duration, bool) {
	if n, err := strconv.Atoi(value); err == nil {
		return time.Duration(n) * time.Second, n >= 0 && n <= math.MaxInt32
	}
	d, err := time.ParseDuration(value)
	return d, err == nil && d >= 0
}

// clip bounds what a message repeats of a value somebody else wrote, and keeps
// it on one line.
func clip(value string) string { return phrase.Cut(phrase.Printable(value), 61) }
