// Package env reads what variables are: stores of projects and services with where
// each variable comes from, references between them, and dotenv files. Values that
// it reads are told to the redactor of the call. It uses the kernel and the readers
// of services.
package env
