package simulator

// OrgID returns the id of the first organisation of a name, empty where there is
// none. The seeded ones are "Northwind Trading" and "Petra's Lab".
func (s *Simulator) OrgID(name string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	for id, o := range s.world.orgs.all() {
		if o.name == name {
			return id
		}
	}
	return ""
}

// ProjectID returns the id of the oldest project of a name, empty where there is
// none.
func (s *Simulator) ProjectID(name string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if p := s.world.projectNamed(name); p != nil {
		return p.id
	}
	return ""
}

// ServiceID returns the id of a service by the name of its project and its
// hostname, empty where there is none.
func (s *Simulator) ServiceID(project, hostname string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	p := s.world.projectNamed(project)
	if p == nil {
		return ""
	}
	if found := s.world.serviceNamed(p, hostname); found != nil {
		return found.id
	}
	return ""
}

func (w *world) projectNamed(name string) *project {
	for _, p := range w.projects.all() {
		if p.name == name {
			return p
		}
	}
	return nil
}
