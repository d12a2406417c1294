package a64diff

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
)

// qemuCPU has all features that gotcg translates. Without pointer authentication its hints do nothing, as here.
const qemuCPU = "max,pauth=off"

// FindQemu returns the path of qemu-aarch64, "" when there is none.
func FindQemu() string {
	for _, name := range []string{"qemu-aarch64", "qemu-aarch64-static"} {
		if p, err := exec.LookPath(name); err == nil {
			return p
		}
	}
	return ""
}

// RunQemu runs the image under qemu and returns the block after each case.
func (im *Image) RunQemu(qemu string) ([]Block, error) {
	out, err := runELF(qemu, im.ELF)
	if err != nil {
		return nil, err
	}
	if len(out) != len(im.Cases)*blockLen {
		return nil, fmt.Errorf("a64diff: %s wrote %d bytes for %d cases", qemu, len(out), len(im.Cases))
	}
	blocks := make([]Block, len(im.Cases))
	for i := range blocks {
		blocks[i].parse(out[i*blockLen:])
	}
	return blocks, nil
}

// runELF runs an image under qemu and returns what it wrote.
func runELF(qemu string, elf []byte) ([]byte, error) {
	f, err := os.CreateTemp("", "a64diff")
	if err != nil {
		return nil, err
	}
	defer os.Remove(f.Name())
	_, err = f.Write(elf)
	if err == nil {
		err = f.Chmod(0o700)
	}
	if e := f.Close(); err == nil {
		err = e
	}
	if err != nil {
		return nil, err
	}
	var out, errOut bytes.Buffer
	cmd := exec.Command(qemu, "-cpu", qemuCPU, f.Name())
	cmd.Stdout, cmd.Stderr = &out, &errOut
	if err := cmd.Run(); err != nil {
		return nil, fmt.Errorf("a64diff: %s: %w: %s", qemu, err, errOut.Bytes())
	}
	return out.Bytes(), nil
}
