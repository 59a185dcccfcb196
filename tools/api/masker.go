package api

import (
	"cmp"
	"encoding/json"
	"fmt"
	"strings"

	"zerops-mcp/tools/facts/env"
	"zerops-mcp/tools/tool"
	"zerops-mcp/zerops"
)

// masker replaces the secrets of an answer by a word: by the name of their field, by
// the place they stand in, by their shape, and by their value where another field of
// the answer gives it away and nobody could guess it.
type masker struct {
	op       zerops.Operation
	redactor *tool.Redactor
	count    int
	// learn, if set, makes the variables of a project known before its words are shown;
	// project is the one that the present part of the answer is about.
	learn   func(projectID string)
	project string
}

// answer masks a whole answer. Values come first, because text may stand before the
// field that tells that it holds a secret.
func (m *masker) answer(v any) any { return m.texts("", m.mask("", v)) }

// mask replaces the values of fields that hold secrets.
func (m *masker) mask(name string, v any) any {
	switch value := v.(type) {
	case map[string]any:
		defer func(outer string) { m.project = outer }(m.project)
		m.project = cmp.Or(projectOf(value), m.project)
		hidden := m.variable(value)
		masked := make(map[string]any, len(value))
		for field, member := range value {
			if field == hidden {
				masked[field] = m.hide(field, value)
				continue
			}
			if text, ok := member.(string); ok && namesObject(field, text) {
				m.redactor.Public(text)
			}
			masked[field] = m.mask(field, member)
		}
		return masked
	case []any:
		masked := make([]any, len(value))
		for i, item := range value {
			masked[i] = m.mask(name, item)
		}
		return masked
	case string:
		if m.secret(name, value) {
			return m.hideText(value)
		}
		if m.learn != nil && tells(name) && len(value) >= zerops.LeastLength {
			m.learn(m.project)
		}
	case json.Number:
		if credential(name) {
			return m.hideText(value)
		}
	}
	return v
}

// tells reports a field with words of the platform about what happened, which may quote
// any variable of the project.
func tells(field string) bool {
	switch field {
	case "message", "reason", "failReason", "error", "errorMessage", "meta", "details", "detail":
		return true
	}
	return false
}

// projectOf is the id of the project that an object belongs to, empty where it does not
// tell.
func projectOf(object map[string]any) string {
	id, _ := object["projectId"].(string)
	if project, ok := object["project"].(map[string]any); ok && id == "" {
		id, _ = project["id"].(string)
	}
	return id
}

// variable returns the field of an object that holds the value of a variable, empty
// where it is none. Secret ones are hidden by their key as well.
func (m *masker) variable(object map[string]any) string {
	key, ok := object["key"].(string)
	if !ok {
		return ""
	}
	sensitive, _ := object["sensitive"].(bool)
	if _, ok := object["content"]; ok {
		if (sensitive || env.SecretKey(key)) && !env.IdentityKey(key) {
			m.redactor.Place(key)
		}
		return "content"
	}
	if sensitive || env.SecretKey(key) {
		return "value"
	}
	return ""
}

// namesObject reports a field that holds the name or id of an object, which is no secret
// although a variable may hold the same.
func namesObject(field, text string) bool {
	if field == "id" || strings.HasSuffix(field, "Id") {
		return zerops.ValidID(text)
	}
	return field == "name" || field == "hostname" || field == "projectName" || field == "serviceStackName" || field == "accountName"
}

// hide masks the value of a variable. What the platform keeps there as a name or id of
// its own is not looked for elsewhere, where it would blank what people ask for.
func (m *masker) hide(field string, variable map[string]any) any {
	key, _ := variable["key"].(string)
	if v := variable[field]; !env.IdentityKey(key) || v == nil || v == "" {
		return m.hideText(v)
	}
	m.count++
	return tool.Redacted
}

// hideText registers a value that is masked. Text that was withheld by the platform stays.
func (m *masker) hideText(v any) any {
	switch v {
	case nil, "", zerops.RedactedContent:
		return v
	}
	m.count++
	if text, ok := v.(string); ok && m.redactor.Knows() < env.MaxKnown {
		m.redactor.Know(zerops.NewSecret(text))
	}
	return tool.Redacted
}

// texts passes every text through the redactor, and hides what stands under the key of
// a secret variable.
func (m *masker) texts(name string, v any) any {
	switch value := v.(type) {
	case map[string]any:
		masked := make(map[string]any, len(value))
		for _, field := range tool.SortedKeys(value) {
			masked[m.field(field, masked)] = m.texts(field, value[field])
		}
		return masked
	case []any:
		masked := make([]any, len(value))
		for i, item := range value {
			masked[i] = m.texts(name, item)
		}
		return masked
	case string:
		if m.hidesField(name) {
			return m.hideText(value)
		}
		text := tool.CleanText(value)
		safe := m.redactor.Delivered(text)
		if safe != text {
			m.count++
			return tool.CleanText(safe)
		}
		return text
	case json.Number:
		if m.hidesField(name) {
			return m.hideText(value)
		}
	}
	return v
}

// hidesField reports a field that is named like a secret variable. Fields of the API
// itself begin with a small letter and have no underscores, so that a variable named
// like one does not take it away.
func (m *masker) hidesField(name string) bool {
	return name != "" && (strings.Contains(name, "_") || name[0] >= 'A' && name[0] <= 'Z') && m.redactor.Hides(name)
}

// field masks the name of a member that is no word of the API. Two that become the
// same are told apart by a number.
func (m *masker) field(name string, taken map[string]any) string {
	if tool.IsWord(name) {
		return name
	}
	safe := m.redactor.Delivered(tool.CleanText(name))
	if safe == name {
		return name
	}
	for i := 1; ; i++ {
		numbered := safe
		if i > 1 {
			numbered = fmt.Sprintf("%s (%d)", safe, i)
		}
		if _, exists := taken[numbered]; !exists {
			return numbered
		}
	}
}

// secret reports whether a field of that name holds a secret.
func (m *masker) secret(name, value string) bool {
	if credential(name) {
		return true
	}
	switch name {
	case "url", "urlInfo", "urlPlain", "urlUi", "listUrl", "readFileUrl", "readFileContentUrl", "envFile", "yaml", "setup", "setupLinux", "setupMacOS", "setupWindows":
		return m.op.Class().Has(zerops.RevealsSecret)
	case "configContent", "configContentFromImport", "zeropsYamlJson", "zeropsYaml":
		// YAML of a deployment holds the values of its variables; a recipe's is public.
		return m.op.Reach() != zerops.ReachPublic
	}
	// The same YAML also comes as text under other names.
	return strings.Contains(value, "envSecrets:") || strings.Contains(value, "dotEnvSecrets:") || strings.Contains(value, "vault:") ||
		m.op.Reach() != zerops.ReachPublic && strings.Contains(value, "envVariables:")
}

// credential knows the names of fields that hold a credential wherever they are.
func credential(name string) bool {
	switch name {
	case "accessToken", "refreshToken", "refreshTokenId", "webSocketToken", "newRecoveryToken", "clientSecret", "token", "password", "oldPassword", "newPassword",
		"codes", "qrcode", "uploadUrl", "downloadUrl", "intercomHash", "secret", "apiKey", "privateKey":
		return true
	}
	return false
}
