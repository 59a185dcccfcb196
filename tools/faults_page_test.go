package tools_test

import "testing"

func checkFaultsPage(t *testing.T, kinds []fault, order []string, shapes map[string]shape, results *matrix) {
}
