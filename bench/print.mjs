// The numbers of a run as the sections "The tables" and "Goals" of docs/reference/performance.md.
import { rounded } from './goals.mjs'
import { keyPeers } from './key-calls.mjs'
import { tableCalls, tablePeers } from './table-calls.mjs'
import { shortLife, wholeLife } from './targets.mjs'

const columns = ['coldMs', 'first100Us', 'first3000Us', 'after3000Us', 'steadyUs']
const sizeTitles = { 3: '3 operations', 1000: '1,000 operations', gh: 'gh' }
const count = (value) => value.toLocaleString('en')
const marks = { begin: '<!-- bench: what follows is written by npm run bench -- --page -->', end: '<!-- bench: end -->' }

/** Everything that was measured, in Markdown. */
export function pageOf(report, targets) {
  const sizes = [...new Set(report.rows.map(({ size }) => size))]
  return [
    '## The tables', circumstances(report), leftOut(report.missing),
    ...sizes.map((size) => sizeTable(report.rows.filter((row) => row.size === size), targets)),
    section('The line of a request', ['', 'cold, ms', 'first 100, µs', 'first 3,000, µs', 'steady state, µs'], Object.entries(report.requestLog).map(([name, row]) => [name, ...[row.coldMs, row.first100Us, row.first3000Us, row.steadyUs].map(rounded)])),
    section('The first read of a secret', ['', 'cold, ms'], Object.entries(report.secretRead).map(([name, { coldMs }]) => [name, rounded(coldMs)])),
    section('A call of a table', ['µs a call', ...Object.values(tableCalls)], tableCallRows(report.tableCalls)),
    section('A POST with an idempotency key', ['', 'µs a request', 'of that for the key'], Object.entries(report.keyCalls ?? {}).map(([name, { us, keyUs }]) => [keyPeers[name], rounded(us), keyUs === undefined ? '' : rounded(keyUs)])),
    section('`klue generate`', ['', 'from nothing', 'after one operation changed', 'nothing changed'], Object.entries(report.generation).map(([size, times]) => [sizeTitles[size], ...[times.fromNothing, times.afterOneChange, times.unchanged].map((ms) => `${rounded(ms)} ms`)])),
    section('The files of a function', ['KB (gzipped)', 'module of the start', 'compiled API, in two files', 'loaded with first use'], Object.entries(report.bytes).map(([size, bytes]) => [sizeTitles[size], ...['runtime', 'api', 'loadedOnUse'].map((name) => `${rounded(bytes[name] / 1000)} (${rounded(bytes[`${name}Gzipped`] / 1000)})`)])),
    section('Local servers', ['', 'start to first answer', 'answers a second, 1 connection', '16 connections', 'the very first start'], Object.entries(report.dev).map(([name, { error, startMs, firstMs, perSecond }]) => [name, ...(error === undefined ? [`${rounded(startMs / 1000)} s`, rounded(perSecond[1]), rounded(perSecond[16]), `${rounded(firstMs / 1000)} s`] : [error, '', '', ''])])),
    `Versions: ${Object.entries(report.versions).map((pair) => pair.join(' ')).join(', ')}.`,
    '## Goals', tableOf(['', 'goal', 'reached', ''], report.goals.map(({ goal, wanted, reached, verdict }) => [goal, wanted, reached, verdict])),
  ].filter((part) => part !== '').join('\n\n')
}

/** The page with these sections in the place of those that it has. */
export function replaceIn(page, sections) {
  const [from, to] = [page.indexOf(marks.begin), page.indexOf(marks.end)]
  if (from < 0 || to < from) throw new Error(`the page has no place for the tables: ${marks.begin} … ${marks.end}`)
  return `${page.slice(0, from + marks.begin.length)}\n\n${sections}\n\n${page.slice(to)}`
}

// In brackets: how often the time of the client of the SDK alone it is.
function tableCallRows(measured = {}) {
  const calls = Object.values(measured)
  return calls.length === 0 ? [] : Object.entries(tablePeers).map(([name, title]) => [title, ...calls.map((peers) => `${rounded(peers[name].us)}${name === 'tables-sdk' ? '' : ` (${rounded(peers[name].ratio)}×)`}`)])
}

function circumstances(report) {
  const shares = report.rows.map(({ share }) => Math.round(share * 100))
  const { requests, differences, thrown } = report.sameAnswers
  const compared = requests === 0 ? '' : ` Of ${requests} requests, klue and openapi-backend answered ${differences.length} with another status; at ${thrown.length} openapi-backend threw.`
  return `${report.date}, Node ${report.node}, ${report.machine}${report.pinned ? ', one pinned core' : ''}${report.quick ? ', `--quick`: one life and 3 cold starts of each' : ''}. The processes that lived had ${Math.min(...shares)} to ${Math.max(...shares)} percent of a core.${compared} In brackets: how often klue's time it is.${[...differences, ...thrown].map((difference) => `\n- ${JSON.stringify(difference)}`).join('')}`
}

function leftOut(missing) {
  return Object.entries(missing).map(([target, reason]) => `Left out: ${target}: ${reason}`).join('\n\n')
}

function sizeTable(rows, targets) {
  const own = rows.find(({ target }) => target === 'klue')
  const cell = (row, column) => (row[column] === undefined ? `lives ${count(shortLife)}` : `${rounded(row[column])}${row === own || own === undefined ? '' : ` (${rounded(row[column] / own[column])}×)`}`)
  const body = rows.map((row) => [targets.find(({ name }) => name === row.target).title, cell(row, 'coldMs'), rounded(row.rssMb), ...columns.slice(1).map((column) => cell(row, column))])
  return section(sizeTitles[rows[0].size], ['', 'cold, ms', 'memory, MB', 'first 100, µs', 'first 3,000, µs', '3,001 to 3,600, µs', `steady state (${count(wholeLife - 2999)} to ${count(wholeLife)}), µs`], body)
}

function section(title, head, rows) {
  return rows.length === 0 ? '' : `### ${title}\n\n${tableOf(head, rows)}`
}

function tableOf(head, rows) {
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n')
}
