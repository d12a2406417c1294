// Package decodegen turns instruction pattern files into Go decode tables.
//
// A pattern file (*.pat) holds one line per encoding:
//
//	NAME  00101010zzmmmmm...  FEATURE  FLAGS  manual section, free text
//
// The second column is a picture of the instruction word, most significant bit
// first: `0` and `1` are fixed bits, `x` is a bit that is ignored, any other
// letter belongs to a field. A directive line binds letters to field names for
// the rows that follow:
//
//	letters d=rd n=rn m=rm
//
// Field names are declared once in a field file (`name lsb width`), so a name
// means the same bits in every row and accessors are plain methods on the
// instruction word. FLAGS is `-`, or a comma-separated list of `todo` (known
// encoding, no translation yet), `refused` (encoding of a feature the CPU does
// not have: undefined there) and `prio=N` (wins over overlapping rows with a
// lower number). Two rows that overlap with the same priority are an error.
//
// The generated decoder is two table look-ups (the top bits choose a node, the
// node chooses further bits) and a scan of a list that is rarely longer than
// two rows. It does not allocate.
package decodegen
