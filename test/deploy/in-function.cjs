// Loaded into the emulated functions before anything else: what the emulator does otherwise than Lambda, put right.
const dns = require('node:dns')
const fs = require('node:fs')

// Names below localhost are this machine (RFC 6761), which not every resolver knows.
const { lookup } = dns
dns.lookup = (name, ...rest) => lookup(name.endsWith('.localhost') ? 'localhost' : name, ...rest)

// The emulator speaks with a function over its standard output, and takes the log from standard error:
// it redirects what is written to the one to the other, but not what is opened by the name of the one.
const { openSync } = fs
fs.openSync = (path, ...rest) => openSync(path === '/proc/self/fd/1' ? '/proc/self/fd/2' : path, ...rest)
