package main

import (
	"archive/zip"
	"bytes"
	"debug/macho"
	"encoding/binary"
	"io"
	"testing"
)

// program is the smallest that the reader of such files accepts.
func program(cpu macho.Cpu, sub uint32, size int) []byte {
	b := binary.LittleEndian.AppendUint32(nil, macho.Magic64)
	for _, v := range []uint32{uint32(cpu), sub, uint32(macho.TypeExec), 0, 0, 0, 0} {
		b = binary.LittleEndian.AppendUint32(b, v)
	}
	return append(b, bytes.Repeat([]byte{byte(sub)}, size-len(b))...)
}

func TestUniversalBinary(t *testing.T) {
	t.Parallel()
	programs := [][]byte{program(macho.CpuAmd64, 3, 20_000), program(macho.CpuArm64, 0, 16_384), program(macho.CpuArm, 9, 100)}
	joined, err := universalBinary(programs)
	if err != nil {
		t.Fatal(err)
	}
	f, err := macho.NewFatFile(bytes.NewReader(joined))
	if err != nil {
		t.Fatal(err)
	}
	if len(f.Arches) != len(programs) {
		t.Fatalf("%d architectures", len(f.Arches))
	}
	for i, arch := range f.Arches {
		if arch.Offset%(1<<14) != 0 || int(arch.Size) != len(programs[i]) {
			t.Errorf("slice %d: offset %d, size %d", i, arch.Offset, arch.Size)
		}
		if !bytes.Equal(joined[arch.Offset:arch.Offset+arch.Size], programs[i]) {
			t.Errorf("slice %d differs from the program", i)
		}
	}
	if _, err := universalBinary([][]byte{[]byte("no program")}); err == nil {
		t.Error("accepts what is no program")
	}
}

func TestPackIsReproducible(t *testing.T) {
	t.Parallel()
	members := []member{{"manifest.json", 0o644, []byte("{}")}, {"server/x", 0o755, bytes.Repeat([]byte("x"), 1000)}}
	first, err := pack(members)
	if err != nil {
		t.Fatal(err)
	}
	second, err := pack(members)
	if err != nil || !bytes.Equal(first, second) {
		t.Errorf("two archives of the same differ, %v", err)
	}
	archive, err := zip.NewReader(bytes.NewReader(first), int64(len(first)))
	if err != nil {
		t.Fatal(err)
	}
	for i, f := range archive.File {
		if f.Name != members[i].name || f.Mode().Perm() != members[i].mode {
			t.Errorf("member %s %v", f.Name, f.Mode())
		}
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		content, err := io.ReadAll(r)
		if err != nil || !bytes.Equal(content, members[i].content) {
			t.Errorf("%s: %v", f.Name, err)
		}
	}
}
