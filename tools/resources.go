package tools

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"runtime/debug"
	"strings"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"

	"zerops-mcp/tools/guides"
	"zerops-mcp/tools/request"
	"zerops-mcp/tools/tool"
)

// guideFailure adds the address that was asked for.
func guideFailure(err error, uri string) error {
	var f *tool.Failure
	if !errors.As(err, &f) {
		f = &tool.Failure{Code: request.CodeInternal, Message: "the guide could not be read"}
	}
	return protocolFail(f, uri)
}

const (
	resourceScheme   = "zerops://"
	projectsURI      = resourceScheme + "projects"
	projectTemplate  = resourceScheme + "project/{project}"
	serviceTemplate  = resourceScheme + "project/{project}/service/{service}"
	guideTemplate    = resourceScheme + "guide/{topic}"
	markdownType     = "text/markdown"
	jsonType         = "application/json"
	guideTTL         = 86_400_000 // milliseconds; guides change with the program only
	liveResourceTTL  = 0
	maxResourceURI   = 1000
	listedByResource = `{"limit":500}`
)

// registerResources offers what the reading tools show as resources, each where
// its tool is visible, and the guides. Reading one goes through the tool, so that
// token, scope, redaction and audit are the same.
func (s *Server) registerResources() {
	var resources []server.ServerResource
	var templates []server.ServerResourceTemplate
	if s.runner.Offers("list_projects") {
		resources = append(resources, server.ServerResource{
			Resource: mcp.NewResource(projectsURI, "projects", mcp.WithResourceTitle("Projects"), mcp.WithMIMEType(jsonType),
				mcp.WithResourceDescription("Every project that the token reaches, as list_projects shows them.")),
			Handler: s.live("list_projects", func(string) (json.RawMessage, error) { return json.RawMessage(listedByResource), nil }),
		})
	}
	if s.runner.Offers("get_project") {
		templates = append(templates, server.ServerResourceTemplate{
			Template: mcp.NewResourceTemplate(projectTemplate, "project", mcp.WithTemplateTitle("Project"), mcp.WithTemplateMIMEType(jsonType),
				mcp.WithTemplateDescription("Overview of one project, by id or name.")),
			Handler: server.ResourceTemplateHandlerFunc(s.live("get_project", objectOf)),
		})
	}
	if s.runner.Offers("get_service") {
		templates = append(templates, server.ServerResourceTemplate{
			Template: mcp.NewResourceTemplate(serviceTemplate, "service", mcp.WithTemplateTitle("Service"), mcp.WithTemplateMIMEType(jsonType),
				mcp.WithTemplateDescription("One service of a project, by hostname or id.")),
			Handler: server.ResourceTemplateHandlerFunc(s.live("get_service", objectOf)),
		})
	}
	for _, g := range guides.All() {
		resources = append(resources, server.ServerResource{
			Resource: mcp.NewResource(resourceScheme+"guide/"+g.Topic, "guide-"+g.Topic, mcp.WithResourceTitle(g.Title),
				mcp.WithMIMEType(markdownType), mcp.WithResourceDescription(g.Summary)),
			Handler: readGuideResource,
		})
	}
	templates = append(templates, server.ServerResourceTemplate{
		Template: mcp.NewResourceTemplate(guideTemplate, "guide", mcp.WithTemplateTitle("Guide"), mcp.WithTemplateMIMEType(markdownType),
			mcp.WithTemplateDescription("A short text on how Zerops works: "+strings.Join(guides.Topics(), ", ")+".")),
		Handler: readGuideResource,
	})
	s.mcp.AddResources(resources...)
	s.mcp.AddResourceTemplates(templates...)
}

// live reads a resource through the tool that shows the same.
func (s *Server) live(name string, arguments func(uri string) (json.RawMessage, error)) server.ResourceHandlerFunc {
	return func(ctx context.Context, r mcp.ReadResourceRequest) ([]mcp.ResourceContents, error) {
		uri := r.Params.URI
		args, err := arguments(uri)
		if err != nil {
			return nil, err
		}
		result := s.runner.Serve(ctx, s.runner.Tool(name), tool.Request{Args: args})
		text := textOf(result)
		if result.IsError {
			return nil, failedRead(text, uri)
		}
		return []mcp.ResourceContents{mcp.TextResourceContents{URI: uri, MIMEType: jsonType, Text: text}}, nil
	}
}

// failedRead makes the protocol's failure out of a tool's.
func failedRead(text, uri string) error {
	var envelope struct {
		Error json.RawMessage `json:"error"`
	}
	var words struct {
		Code    string `json:"code"`
		Message string `json:"message"`
	}
	if json.Unmarshal([]byte(text), &envelope) != nil || json.Unmarshal(envelope.Error, &words) != nil {
		return protocolFail(&tool.Failure{Code: request.CodeInternal, Message: "the resource could not be read"}, uri)
	}
	return &protocolFailure{failure: envelope.Error, code: words.Code, message: words.Message, uri: uri}
}

func textOf(result *mcp.CallToolResult) string {
	for _, part := range result.Content {
		if text, ok := part.(mcp.TextContent); ok {
			return text.Text
		}
	}
	return ""
}

// objectOf reads project and service out of the address of a resource.
func objectOf(uri string) (json.RawMessage, error) {
	args := map[string]string{}
	segments := strings.Split(strings.TrimPrefix(uri, resourceScheme), "/")
	for i := 0; i+1 < len(segments); i += 2 {
		value, err := url.PathUnescape(segments[i+1])
		if err != nil {
			return nil, protocolFail(tool.Invalid("uri", "is not a valid address"), uri)
		}
		args[segments[i]] = value
	}
	raw, err := json.Marshal(args)
	if err != nil {
		return nil, fmt.Errorf("writing the arguments: %w", err)
	}
	return raw, nil
}

func readGuideResource(_ context.Context, r mcp.ReadResourceRequest) ([]mcp.ResourceContents, error) {
	topic, err := url.PathUnescape(strings.TrimPrefix(r.Params.URI, resourceScheme+"guide/"))
	if err != nil {
		return nil, protocolFail(tool.Invalid("uri", "is not a valid address"), r.Params.URI)
	}
	text, err := guides.Read(topic)
	if err != nil {
		return nil, guideFailure(err, r.Params.URI)
	}
	return []mcp.ResourceContents{mcp.TextResourceContents{URI: r.Params.URI, MIMEType: markdownType, Text: text}}, nil
}

// resourceOptions are the hooks around reading: addresses are forgiven what
// clients leave unescaped, panics stay with their request, and each answer says
// how long it may be kept.
func (s *Server) resourceOptions(hooks *server.Hooks) []server.ServerOption {
	hooks.AddBeforeReadResource(func(_ context.Context, _ any, r *mcp.ReadResourceRequest) { r.Params.URI = escapeURI(r.Params.URI) })
	hooks.AddAfterReadResource(func(ctx context.Context, _ any, r *mcp.ReadResourceRequest, result *mcp.ReadResourceResult) {
		info := server.RequestProtocolInfoFromContext(ctx)
		if info != nil && info.Modern && strings.HasPrefix(r.Params.URI, resourceScheme+"guide/") {
			result.SetCacheHints(guideTTL, mcp.CacheScopePublic)
		}
	})
	return []server.ServerOption{
		server.WithResourceCapabilities(false, false),
		server.WithMethodCacheHints(mcp.MethodResourcesRead, liveResourceTTL, mcp.CacheScopePrivate),
		server.WithResourceHandlerMiddleware(func(next server.ResourceHandlerFunc) server.ResourceHandlerFunc {
			return func(ctx context.Context, r mcp.ReadResourceRequest) (contents []mcp.ResourceContents, err error) {
				defer s.contain(ctx, "resource", &err)
				return next(ctx, r)
			}
		}),
	}
}

// contain turns a panic into an internal error.
func (s *Server) contain(ctx context.Context, kind string, err *error) {
	if p := recover(); p != nil {
		s.runner.Logger.ErrorContext(ctx, "panic in a handler", "kind", kind, "type", fmt.Sprintf("%T", p), "stack", string(debug.Stack()))
		*err = protocolFail(&tool.Failure{Code: request.CodeInternal, Message: "an error that this server did not expect", Hint: "This is a defect of zerops-mcp; its log has the details."}, "")
	}
}

// escapeURI escapes what a template cannot match, such as a space in a project's
// name, and leaves other addresses alone.
func escapeURI(uri string) string {
	rest, ours := strings.CutPrefix(uri, resourceScheme)
	if !ours || len(uri) > maxResourceURI {
		return uri
	}
	segments := strings.Split(rest, "/")
	for i, segment := range segments {
		if plain, err := url.PathUnescape(segment); err == nil {
			segment = plain
		}
		segments[i] = strings.ReplaceAll(url.QueryEscape(segment), "+", "%20")
	}
	return resourceScheme + strings.Join(segments, "/")
}
