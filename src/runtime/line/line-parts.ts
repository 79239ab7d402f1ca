// What only some lines need: masking, events and spans, reports, bodies. A part of a function that it loads on first use;
// its files import nothing that a function starts with, or bundling would split that as well.
export { causesOf } from './causes.ts'
export { addContent } from './log-content.ts'
export { maskerOf } from './mask.ts'
export { note, span } from './note.ts'
export { metric, report, watchdog } from './report.ts'
