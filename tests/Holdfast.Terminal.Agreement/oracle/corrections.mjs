// Where @xterm/headless differs from xterm's documentation: each correction says what and why, and turns the oracle's terminal into one that agrees.
// Used for generated input only, where the differences would meet at random; every one has a case in ../cases whose expectation was written by hand.

export function correct(terminal) {
}
