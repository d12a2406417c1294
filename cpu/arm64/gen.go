//go:build ignore

// Command gen writes the decode tables of this package from its pattern files.
package main

import (
	"log"
	"os"

	"github.com/gotcg/gotcg/internal/decodegen"
)

func main() {
	files, err := decodegen.Run(".", "arm64", "a64.fields", []decodegen.Config{
		{Source: "a64_int.pat", Table: "tableInt", Output: "zdecode_a64_int.go", Width: 32},
		{Source: "a64_fpsimd.pat", Table: "tableFPSIMD", Output: "zdecode_a64_fpsimd.go", Width: 32},
	})
	if err != nil {
		log.Fatal(err)
	}
	for name, text := range files {
		if err := os.WriteFile(name, text, 0o666); err != nil {
			log.Fatal(err)
		}
	}
}
