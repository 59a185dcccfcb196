package simulator

import (
	"reflect"
	"testing"
)

func TestSampleSetupIsWhatItsYamlSays(t *testing.T) {
	t.Parallel()
	s := &service{name: "worker", base: "nodejs@22"}
	for _, ports := range [][]int{{3000}, {8080, 8090}} {
		want, err := findSetup(sampleYaml(s, ports), "", s.name)
		if err != nil {
			t.Fatal(err)
		}
		if got := sampleSetup(s, ports); !reflect.DeepEqual(got, want) {
			t.Errorf("%+v, want %+v", got, want)
		}
	}
}
