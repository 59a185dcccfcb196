package simulator

import "fmt"

// addContainers gives a service its containers, n of them.
func (w *world) addContainers(s *service, n int) {
	have := len(w.containersOf(s))
	for i := have; i < n; i++ {
		w.sequence++
		box := &container{
			id: w.ids.next(), serviceID: s.id, projectID: s.projectID, clientID: s.clientID, innerID: s.innerID,
			number: i + 1, name: fmt.Sprintf("%s-%d", s.name, i+1), hostname: fmt.Sprintf("%s-runtime-1-%d", s.name, i+1),
			status: "ACTIVE", created: w.now, lastUpdate: w.now,
		}
		box.cpu, box.memoryMB, box.diskGB = s.hardware()
		w.containers.put(box.id, box)
	}
}

// trimContainers takes the newest containers away until n are left.
func (w *world) trimContainers(s *service, n int) {
	boxes := w.containersOf(s)
	for len(boxes) > n {
		w.containers.remove(boxes[len(boxes)-1].id)
		boxes = boxes[:len(boxes)-1]
	}
}

// hardware is what one container of a service has at the moment: the minimum of its
// scaling and a little more.
func (s *service) hardware() (cpu, memoryMB, diskGB int) {
	effective := s.effectiveScaling()
	cpu = max(int(effective.minCPU), 1)
	memoryMB = max(int(effective.minRAM*1024), 128)
	if effective.maxRAM*1024 >= float64(memoryMB+128) {
		memoryMB += 128
	}
	diskGB = max(int(effective.minDisk), 1)
	return cpu, memoryMB, diskGB
}

func (box *container) view() object {
	return object{
		"id": box.id, "clientId": box.clientID, "projectId": box.projectID, "serviceStackId": box.serviceID,
		"serviceId": box.innerID, "number": box.number, "name": box.name, "hostname": box.hostname, "status": box.status,
		"currentHardwareResource": object{"cpuCoreCount": box.cpu, "memoryMBytes": box.memoryMB, "diskGBytes": box.diskGB},
		"created":                 stamp(box.created), "lastUpdate": stamp(box.lastUpdate),
	}
}

func (box *container) row() object {
	view := box.view()
	view["instanceId"] = derivedID(box.projectID, box.projectID)
	return view
}

func listContainers(c *call) (any, error) {
	s, err := c.service(toRead)
	if err != nil {
		return nil, err
	}
	asked, err := c.paging()
	if err != nil {
		return nil, err
	}
	var rows []object
	for _, box := range c.world.containersOf(s) {
		if asked.hasStatus(box.status) {
			rows = append(rows, box.view())
		}
	}
	return direct(asked, rows), nil
}

// listInnerServices shows the parts that a service stack consists of: here always
// one, the application itself.
func listInnerServices(c *call) (any, error) {
	s, err := c.service(toRead)
	if err != nil {
		return nil, err
	}
	asked, err := c.paging()
	if err != nil {
		return nil, err
	}
	var rows []object
	if s.innerID != "" {
		rows = append(rows, c.world.innerService(s))
	}
	return direct(asked, rows), nil
}

func (w *world) innerService(s *service) object {
	category := "USER_APPLICATION"
	switch s.kind().category {
	case "STANDARD":
		category = "DATABASE"
	case "SHARED_STORAGE", "BUILD", "PREPARE_RUNTIME", "HTTP_L7_BALANCER":
		category = s.kind().category
	case "CORE":
		category = "MASTER"
	}
	return object{
		"id": s.innerID, "clientId": s.clientID, "projectId": s.projectID, "serviceStackId": s.id, "name": s.name,
		"status": innerStatus(s.status), "stackAccessPoint": true, "category": category,
		"targetContainerCount": len(w.containersOf(s)), "billingEnabled": true,
		"created": stamp(s.created), "lastUpdate": stamp(s.lastUpdate),
	}
}

func innerStatus(status string) string {
	switch status {
	case "NEW", "READY_TO_DEPLOY":
		return "CREATING"
	default:
		return status
	}
}
