# syntax=docker/dockerfile:1
# zerops-mcp in a container that holds nothing else.
#
#   docker build -t zerops-mcp .
#   docker run -i --rm -e ZEROPS_TOKEN zerops-mcp
#
# Over HTTP, for callers with Zerops tokens of their own:
#
#   docker run --rm -p 8080:8080 --read-only --cap-drop ALL \
#     -e ZMCP_TRANSPORT=http -e ZMCP_LISTEN=0.0.0.0:8080 -e ZMCP_ALLOWED_HOSTS=mcp.example.com zerops-mcp
#
# Say so in the environment rather than by flags: the health check reads it there.

# The one place that names the owner of the published image.
ARG OWNER=OWNER

# Who publishes images names the compiler by its digest, which a tag is not
# (docs/safety.md): --build-arg GO_IMAGE=golang:1.26.8@sha256:…
ARG GO_IMAGE=golang:1.26.8

FROM --platform=$BUILDPLATFORM ${GO_IMAGE} AS build
ARG TARGETOS TARGETARCH
WORKDIR /src
COPY go.mod go.sum ./
RUN --mount=type=cache,target=/go/pkg/mod go mod download
COPY . .
# The version comes from the repository's tag, which git only tells of a
# directory that it trusts.
RUN --mount=type=cache,target=/go/pkg/mod --mount=type=cache,target=/root/.cache/go-build \
    git config --global --add safe.directory /src && \
    CGO_ENABLED=0 GOOS=$TARGETOS GOARCH=$TARGETARCH go build -trimpath -ldflags "-s -w" -o /zerops-mcp .

FROM scratch
ARG OWNER
LABEL org.opencontainers.image.title="zerops-mcp" \
      org.opencontainers.image.description="MCP server for the Zerops cloud" \
      org.opencontainers.image.source="https://github.com/${OWNER}/zerops-mcp" \
      org.opencontainers.image.licenses="MIT" \
      io.modelcontextprotocol.server.name="io.github.${OWNER}/zerops-mcp"
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/ca-certificates.crt
COPY --from=build /zerops-mcp /zerops-mcp
USER 65532:65532
EXPOSE 8080
# Over stdio it always says yes: the container lives as long as its client.
HEALTHCHECK --interval=30s --timeout=4s --start-period=5s CMD ["/zerops-mcp", "__health"]
ENTRYPOINT ["/zerops-mcp"]
