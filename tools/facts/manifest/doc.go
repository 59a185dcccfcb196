// Package manifest is the one reading of zerops.yaml and import YAML: the document
// with its places, the preprocessor, what an import creates, replaces, buys and
// exposes, and which values are secret. Whatever carries such YAML to the platform is
// judged by it. It uses the kernel and the readers of services and variables.
package manifest
