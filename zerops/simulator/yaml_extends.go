package simulator

import (
	"cmp"
	"maps"
	"slices"
)

// inherited is a setup of a name with what extends brings along: sections of its
// own go over those of the setups that it names, key by key (platform §10.2).
func inherited(setups []yamlSetup, name string, through []string) (*yamlSetup, bool, error) {
	i := slices.IndexFunc(setups, func(s yamlSetup) bool { return s.Setup == name })
	if i < 0 {
		return nil, false, nil
	}
	whole := setups[i]
	through = append(through, name)
	for _, from := range slices.Backward(whole.Extends) {
		if slices.Contains(through, from) {
			return nil, false, withFields("zeropsYamlInvalidParameter", "Invalid parameter", map[string][]string{"extends": {"setup [" + from + "] extends itself"}})
		}
		parent, found, err := inherited(setups, from, slices.Clone(through))
		switch {
		case err != nil:
			return nil, false, err
		case !found:
			return nil, false, withFields("zeropsYamlInvalidParameter", "Invalid parameter", map[string][]string{"extends": {"setup [" + from + "] not found"}})
		}
		whole.takeFrom(parent)
	}
	return &whole, true, nil
}

// takeFrom fills what a setup leaves out.
func (s *yamlSetup) takeFrom(p *yamlSetup) {
	b, from := &s.Build, p.Build
	b.Base, b.OS = orNames(b.Base, from.Base), cmp.Or(b.OS, from.OS)
	b.PrepareCommands, b.BuildCommands = orNames(b.PrepareCommands, from.PrepareCommands), orNames(b.BuildCommands, from.BuildCommands)
	b.DeployFiles, b.Deploy = orNames(b.DeployFiles, from.DeployFiles), orNames(b.Deploy, from.Deploy)
	b.AddToRunPrepare, b.EnvVariables = orNames(b.AddToRunPrepare, from.AddToRunPrepare), orVariables(b.EnvVariables, from.EnvVariables)

	s.Deploy.ReadinessCheck = cmp.Or(s.Deploy.ReadinessCheck, p.Deploy.ReadinessCheck)
	s.Deploy.TemporaryShutdown = s.Deploy.TemporaryShutdown || p.Deploy.TemporaryShutdown

	r, run := &s.Run, p.Run
	r.Base, r.OS, r.DocumentRoot = cmp.Or(r.Base, run.Base), cmp.Or(r.OS, run.OS), cmp.Or(r.DocumentRoot, run.DocumentRoot)
	r.PrepareCommands, r.InitCommands = orNames(r.PrepareCommands, run.PrepareCommands), orNames(r.InitCommands, run.InitCommands)
	r.EnvVariables, r.HealthCheck = orVariables(r.EnvVariables, run.EnvVariables), cmp.Or(r.HealthCheck, run.HealthCheck)
	if r.Start == nil && r.StartCommands == nil {
		r.Start, r.StartCommands = run.Start, run.StartCommands
	}
	if r.Ports == nil {
		r.Ports = run.Ports
	}
	if r.Crontab == nil {
		r.Crontab = run.Crontab
	}
}

func orNames[S ~[]string](own, other S) S {
	if own == nil {
		return other
	}
	return own
}

// orVariables adds variables that are not there yet. Whether the platform takes
// them one by one or all together is not documented.
func orVariables(own, other map[string]string) map[string]string {
	all := maps.Clone(other)
	if all == nil {
		return own
	}
	maps.Copy(all, own)
	return all
}
