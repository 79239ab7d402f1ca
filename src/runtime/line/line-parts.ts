// The code that only some lines need: masking, events and spans, reports, bodies. A function loads it on first use.
// These files import nothing that the start of a function holds, or the bundler would split the start in two.
export { causesOf } from './causes.ts'
export { addContent } from './log-content.ts'
export { maskerOf } from './mask.ts'
export { note, span } from './note.ts'
export { metric, report, watchdog } from './report.ts'
