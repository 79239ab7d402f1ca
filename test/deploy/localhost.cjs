// Names below localhost are this machine (RFC 6761), which not every resolver knows; loaded into the emulated functions.
const dns = require('node:dns')

const { lookup } = dns
dns.lookup = (name, ...rest) => lookup(name.endsWith('.localhost') ? 'localhost' : name, ...rest)
