//go:build race

package difftest

// raceDetector: the tests run under the race detector.
const raceDetector = true
