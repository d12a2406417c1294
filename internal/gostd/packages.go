package main

// packages are the packages whose tests run as guests.
var packages = []string{
	"archive/tar", "archive/zip", "bufio", "bytes", "cmp",
	"compress/bzip2", "compress/flate", "compress/gzip", "compress/lzw", "compress/zlib",
	"container/heap", "container/list", "container/ring", "context",
	"crypto", "crypto/aes", "crypto/cipher", "crypto/des", "crypto/dsa", "crypto/ecdh", "crypto/ecdsa", "crypto/ed25519",
	"crypto/elliptic", "crypto/hkdf", "crypto/hmac", "crypto/md5", "crypto/mlkem", "crypto/pbkdf2", "crypto/rand", "crypto/rc4",
	"crypto/rsa", "crypto/sha1", "crypto/sha256", "crypto/sha3", "crypto/sha512", "crypto/subtle", "crypto/tls", "crypto/x509",
	"database/sql", "debug/dwarf", "debug/elf", "debug/gosym", "debug/macho", "debug/pe",
	"encoding/ascii85", "encoding/asn1", "encoding/base32", "encoding/base64", "encoding/binary", "encoding/csv", "encoding/gob",
	"encoding/hex", "encoding/json", "encoding/pem", "encoding/xml", "errors", "expvar", "flag", "fmt",
	"go/ast", "go/constant", "go/doc/comment", "go/format", "go/parser", "go/printer", "go/scanner", "go/token", "go/version",
	"hash/adler32", "hash/crc32", "hash/crc64", "hash/fnv", "hash/maphash", "html", "html/template",
	"image", "image/color", "image/draw", "image/gif", "image/jpeg", "image/png", "index/suffixarray",
	"internal/poll", "internal/runtime/atomic", "internal/runtime/maps", "io", "io/fs", "io/ioutil", "iter", "log", "log/slog",
	"maps", "math", "math/big", "math/bits", "math/cmplx", "math/rand", "math/rand/v2", "mime", "mime/multipart",
	"mime/quotedprintable", "net", "net/http", "net/http/cookiejar", "net/http/httptest", "net/http/httputil", "net/mail",
	"net/netip", "net/rpc", "net/smtp", "net/textproto", "net/url", "os", "os/signal", "os/user", "path", "path/filepath",
	"reflect", "regexp", "regexp/syntax", "runtime", "runtime/debug", "runtime/metrics", "runtime/pprof", "runtime/trace",
	"slices", "sort", "strconv", "strings", "sync", "sync/atomic", "syscall", "testing", "testing/fstest", "testing/iotest",
	"testing/quick", "text/scanner", "text/tabwriter", "text/template", "text/template/parse", "time",
	"unicode", "unicode/utf16", "unicode/utf8", "unique", "weak",
}

// leftOut are packages that are not run at all, and why.
var leftOut = [][2]string{
	{"os/exec, runtime/coverage, go/build, go/types, go/importer, internal/trace", "their tests start other programs (fork and exec), most of them the go command"},
	{"plugin, runtime/cgo, runtime/race, os/user with cgo", "need cgo or a dynamically linked program"},
}
