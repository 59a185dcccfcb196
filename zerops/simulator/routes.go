package simulator

import (
	"net/http"
	"strings"
)

// routes are the operations that have a real handler.
func (s *Simulator) routes() []route {
	var all []route
	for _, group := range [][]route{
		accountRoutes(), settingsRoutes(), projectRoutes(), serviceRoutes(), serviceActionRoutes(),
		processRoutes(), searchRoutes(), notificationRoutes(), subdomainRoutes(),
		deployRoutes(), pipelineRoutes(), variableRoutes(), envFileRoutes(), importRoutes(), exportRoutes(), logRoutes(), statsRoutes(), costRoutes(),
		backupRoutes(), storageRoutes(), routingRoutes(), portRoutes(), teamRoutes(), networkRoutes(), schemaRoutes(),
		paymentRoutes(), delegationRoutes(),
	} {
		all = append(all, group...)
	}
	return all
}

// register puts every operation of the catalogue on the mux: those with a handler,
// and the generic answer for the rest.
func (s *Simulator) register() {
	known := everyOperation()
	handled := map[string]bool{"PutAppVersionUpload": true}
	s.mountStorage()
	s.mountLogs()
	for _, rt := range s.routes() {
		spec := known.operations[rt.op]
		if spec != nil {
			rt.method, rt.path = spec.method, spec.path
		}
		handled[rt.op] = true
		s.mount(rt, spec)
	}
	for name, spec := range known.operations {
		if !handled[name] {
			s.mount(route{op: name, method: spec.method, path: spec.path, public: isPublic(name), handle: s.generic(known, spec)}, spec)
		}
	}
	if s.cfg.guide != guideOff {
		s.mount(route{op: "GetProjectList", method: http.MethodGet, path: "/project", handle: s.guideProjects}, nil)
	}
}

// mount puts one operation on the mux.
func (s *Simulator) mount(rt route, spec *operationSpec) {
	if s.cfg.guide != guideOff && hiddenByGuide(rt.path) {
		return
	}
	path := rt.path
	if strings.HasSuffix(path, "/") {
		path += "{$}"
	}
	pattern := rt.method + " " + basePath + path
	s.mux.HandleFunc(pattern, s.serve(rt, spec))
	s.names[pattern] = rt.op
}

// operationOf names the operation of a mux pattern.
func (s *Simulator) operationOf(pattern string) string { return s.names[pattern] }

// isPublic reports whether an operation without a handler needs no token.
func isPublic(op string) bool {
	switch op {
	case "PostAuthLogin", "PostAuthRefresh", "PostRegistration", "PutUserRecoverPassword", "PutUserPasswordViaToken",
		"GetUserVerifyEmail", "GetZcliVersion", "PostCardPaymentStripeWebhook", "PostServiceStackGithubWebhook",
		"PostServiceStackGitlabWebhook", "PostWebauthnLoginStart", "PostWebauthnLoginFinish", "Post2FaLoginStart",
		"Post2FaLoginFinish", "Post2FaTotpLogin", "GetGithubAuthUrl", "GetGitlabAuthUrl", "PostGithubUserLogin",
		"PostGitlabUserLogin", "PostGithubUserRegistration", "PostGitlabUserRegistration", "PutUserAuthorizeClient":
		return true
	default:
		return false
	}
}

// hiddenByGuide reports whether the address of WithPublicGuideOnly does not know a
// path.
func hiddenByGuide(path string) bool {
	return path == "/user/info" || strings.HasPrefix(path, "/client/") || strings.HasSuffix(path, "/search")
}
