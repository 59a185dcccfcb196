package manifest

import "strings"

// sizes checks containers and scaling of a service (platform §10.2).
func (l *linter) sizes(s importEntry, object map[string]any) {
	if _, there := object["profileOverrides"]; there && object["profile"] == nil {
		l.refused(s.below("profileOverrides"), "projectImportMissingParameter", "needs a profile that it changes; add profile")
	}
	runtime, sure := l.types.Runtime(s.Typ)
	docker := family(ParseTypeName(s.Typ).Family) == "docker"
	for _, key := range []string{"minContainers", "maxContainers"} {
		if object[key] != nil && sure && !runtime {
			l.refused(s.below(key), "", "is refused for a managed service; how many containers it has is said by its type or mode")
		}
	}
	l.order(s, object, nil, "minContainers", "maxContainers")
	scaling, _ := object["verticalAutoscaling"].(map[string]any)
	for _, what := range []string{"Cpu", "Ram", "Disk", "VCpu"} {
		l.order(s, scaling, []string{"verticalAutoscaling"}, "min"+what, "max"+what)
		low, high := scaling["min"+what], scaling["max"+what]
		if docker && (low != nil || high != nil) {
			key := "min" + what
			if low == nil {
				key = "max" + what
			}
			l.warn(s.below("verticalAutoscaling", key), "does nothing for a docker service, which does not scale by itself; write %s", strings.ToLower(what[:1])+what[1:])
		}
	}
}

// order checks that a minimum is not above its maximum.
func (l *linter) order(s importEntry, object map[string]any, below []string, least, most string) {
	low, ok := number(object[least])
	high, also := number(object[most])
	if ok && also && low > high {
		l.refused(s.below(append(below, least)...), "valueMustNotBeMoreThan", "is more than %s", most)
	}
}

func number(value any) (float64, bool) {
	switch v := value.(type) {
	case int64:
		return float64(v), true
	case uint64:
		return float64(v), true
	case float64:
		return v, true
	}
	return 0, false
}
