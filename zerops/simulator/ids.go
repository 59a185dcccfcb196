package simulator

import (
	"encoding/base64"
	"encoding/binary"
	"math/rand/v2"
)

// idSeed makes the ids of every run the same, so that a transcript can be compared
// with an older one.
const idSeed = 0x5eed

// idLength is the length of every id of the API: 16 bytes in URL-safe base64
// without padding (platform §1.7).
const idLength = 22

// idSource hands out ids in the platform's form: letters, digits, '-' and '_'.
type idSource struct {
	random *rand.Rand
}

func newIDSource() *idSource {
	return &idSource{random: rand.New(rand.NewPCG(idSeed, idSeed))}
}

// next returns a new id.
func (s *idSource) next() string {
	var raw [16]byte
	binary.LittleEndian.PutUint64(raw[:8], s.random.Uint64())
	binary.LittleEndian.PutUint64(raw[8:], s.random.Uint64())
	return base64.RawURLEncoding.EncodeToString(raw[:])
}

// secret returns a value that plays a secret: SecretMark and some characters that
// differ from one value to the next.
func (s *idSource) secret(kind string) string {
	return SecretMark + "-" + kind + "-" + s.next()[:10]
}

// isID reports whether text has the form of an id, 16 bytes in base64; the API
// refuses anything else with invalidUserInput before it looks for the object. A name
// of the same length is such a thing.
func isID(text string) bool {
	if len(text) != idLength {
		return false
	}
	_, err := base64.RawURLEncoding.Strict().DecodeString(text)
	return err == nil
}
