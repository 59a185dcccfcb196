package simulator

import (
	"slices"
	"time"
)

const (
	mountTime  = 6 * time.Second
	resizeTime = 3 * time.Second
)

func storageRoutes() []route {
	return []route{
		{op: "GetServiceStackObjectStorageSize", handle: objectStorageSize},
		{op: "PutServiceStackObjectStorageSize", handle: resizeObjectStorage},
		{op: "PutServiceStackConnectSharedStorage", handle: connectStorage},
		{op: "PutServiceStackDisconnectSharedStorage", handle: disconnectStorage},
		{op: "PutServiceStackCdn", handle: switchCDN(true)},
		{op: "DeleteServiceStackCdn", handle: switchCDN(false)},
		{op: "PostServiceStackFileBrowsingAccess", handle: browseFiles},
	}
}

// objectStorage returns the service in the path if it is an object storage.
func (c *call) objectStorage(what need) (*service, error) {
	s, err := c.service(what)
	if err != nil {
		return nil, err
	}
	if s.kind().category != "OBJECT_STORAGE" {
		return nil, refuse("serviceStackInvalidCategory", "Service stack category is invalid")
	}
	return s, nil
}

func objectStorageSize(c *call) (any, error) {
	s, err := c.objectStorage(toRead)
	if err != nil {
		return nil, err
	}
	policy := s.objectRawPolicy
	if policy == "" {
		policy = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["s3:GetObject"],"Resource":["arn:aws:s3:::{{ .BucketName }}/public/*"]}]}`
	}
	return object{"diskGBytesUsed": round(s.objectGB * 0.37), "objects": int64(s.objectGB * 1211), "rawPolicy": policy}, nil
}

func resizeObjectStorage(c *call) (any, error) {
	s, err := c.objectStorage(toWrite)
	if err != nil {
		return nil, err
	}
	if err := c.workable(s); err != nil {
		return nil, err
	}
	var body struct {
		DiskGBytes float64 `json:"diskGBytes"`
		Policy     string  `json:"policy"`
		RawPolicy  string  `json:"rawPolicy"`
	}
	if err := c.decode(&body); err != nil {
		return nil, err
	}
	if body.DiskGBytes < 1 || body.DiskGBytes > 100 {
		return nil, badField("diskGBytes", "value must be between 1 and 100")
	}
	w := c.world
	return w.processView(w.start(job{
		action: "stack.updateObjectStorageSize", project: w.projectOf(s), services: []*service{s}, by: c.actor(), takes: resizeTime,
		finish: func() {
			s.objectGB, s.objectPolicy, s.objectRawPolicy = body.DiskGBytes, body.Policy, body.RawPolicy
			w.services.put(s.id, s)
		},
	})), nil
}

// connection reads which shared storage to connect to which runtime.
func (c *call) connection() (runtime, storage *service, err error) {
	if runtime, err = c.service(toWrite); err != nil {
		return nil, nil, err
	}
	if err = c.deployable(runtime); err != nil {
		return nil, nil, err
	}
	var body struct {
		SharedStorageID string `json:"sharedStorageId"`
	}
	if err = c.decode(&body); err != nil {
		return nil, nil, err
	}
	storage, ok := c.world.services.get(body.SharedStorageID)
	switch {
	case !ok:
		return nil, nil, missing("sharedStorageNotFound", "Shared storage")
	case storage.kind().category != "SHARED_STORAGE":
		return nil, nil, refuse("sharedStorageInvalidCategory", "Shared storage category is invalid")
	case storage.projectID != runtime.projectID:
		return nil, nil, refuse("sharedStorageInvalidProject", "Shared storage is in another project")
	case storage.status != "ACTIVE":
		return nil, nil, refuse("sharedStorageServiceStackInactive", "Shared storage service stack is inactive")
	}
	return runtime, storage, nil
}

func (s *service) mountOf(storageID string) int {
	return slices.IndexFunc(s.mounts, func(m mount) bool { return m.storageID == storageID })
}

// setMount replaces the mounts, because copies in the index share the old slice.
func (w *world) setMount(s *service, storageID, status string) {
	mounts := slices.Clone(s.mounts)
	i := s.mountOf(storageID)
	switch {
	case status == "" && i >= 0:
		mounts = slices.Delete(mounts, i, i+1)
	case i >= 0:
		mounts[i].status = status
	case status != "":
		mounts = append(mounts, mount{storageID: storageID, status: status})
	}
	s.mounts = mounts
	w.services.put(s.id, s)
}

func connectStorage(c *call) (any, error) {
	s, storage, err := c.connection()
	if err != nil {
		return nil, err
	}
	if s.mountOf(storage.id) >= 0 {
		return nil, refuse("serviceStackConnectionAlreadyExists", "Service stack connection already exists")
	}
	w := c.world
	w.setMount(s, storage.id, "CREATING")
	return w.processView(w.start(job{
		action: "stack.sharedStorageConnect", project: w.projectOf(s), services: []*service{s}, by: c.actor(), takes: mountTime,
		finish: func() { w.setMount(s, storage.id, "ACTIVE") },
		fail:   func(problem) { w.setMount(s, storage.id, "") },
	})), nil
}

func disconnectStorage(c *call) (any, error) {
	s, storage, err := c.connection()
	if err != nil {
		return nil, err
	}
	if s.mountOf(storage.id) < 0 {
		return nil, missing("serviceStackConnectionNotFound", "Service stack connection")
	}
	w := c.world
	w.setMount(s, storage.id, "DELETING")
	return w.processView(w.start(job{
		action: "stack.sharedStorageDisconnect", project: w.projectOf(s), services: []*service{s}, by: c.actor(), takes: mountTime,
		finish: func() { w.setMount(s, storage.id, "") },
		fail:   func(problem) { w.setMount(s, storage.id, "ACTIVE") },
	})), nil
}

func switchCDN(on bool) handler {
	return func(c *call) (any, error) {
		s, err := c.objectStorage(toWrite)
		if err != nil {
			return nil, err
		}
		action := "stack.disableCdn"
		if on {
			action = "stack.enableCdn"
		}
		w := c.world
		return w.processView(w.start(job{
			action: action, project: w.projectOf(s), services: []*service{s}, by: c.actor(), takes: resizeTime,
			finish: func() {
				s.cdn = on
				w.services.put(s.id, s)
			},
		})), nil
	}
}

// browseFiles hands out addresses with which every file of the containers can be
// read, and so all of their environment.
func browseFiles(c *call) (any, error) {
	s, err := c.service(toWrite)
	if err != nil {
		return nil, err
	}
	if err := c.runnable(s); err != nil {
		return nil, err
	}
	token := c.world.secret("files")
	base := c.world.origin + downloadPath + "?accessToken=" + token
	return object{
		"accessToken": token, "expiration": stamp(c.world.now.Add(time.Hour)), "listUrl": base + "&list=1",
		"readFileUrl": base + "&info=1", "readFileContentUrl": base,
	}, nil
}
