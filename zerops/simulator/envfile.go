package simulator

import (
	"strconv"
	"strings"
)

// parseEnvFile reads dotenv text into pairs of key and value.
func parseEnvFile(text string) ([][2]string, error) {
	var pairs [][2]string
	for number, line := range strings.Split(text, "\n") {
		line = strings.TrimSpace(strings.TrimSuffix(line, "\r"))
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		key, value, ok := strings.Cut(strings.TrimPrefix(line, "export "), "=")
		key = strings.TrimSpace(key)
		if !ok || key == "" {
			return nil, refuse("userDataInvalidEnvFile", "Invalid env file, line %d", number+1)
		}
		value = strings.TrimSpace(value)
		switch {
		case strings.HasPrefix(value, `"`):
			unquoted, err := strconv.Unquote(value)
			if err != nil {
				return nil, refuse("userDataInvalidEnvFile", "Invalid env file, line %d", number+1)
			}
			value = unquoted
		case len(value) >= 2 && value[0] == '\'' && value[len(value)-1] == '\'':
			value = value[1 : len(value)-1]
		}
		pairs = append(pairs, [2]string{key, value})
	}
	return pairs, nil
}

// envLine writes one variable as dotenv.
func envLine(key, value string) string { return key + "=" + strconv.Quote(value) }
