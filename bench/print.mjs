// The numbers of a run as the tables of docs/reference/performance.md.
import { rounded } from './goals.mjs'
import { shortLife, wholeLife } from './targets.mjs'

const columns = ['coldMs', 'first100Us', 'first3000Us', 'after3000Us', 'steadyUs']
const sizeTitles = { 3: '3 operations', 1000: '1,000 operations', gh: 'gh' }

/** Prints what was measured, in Markdown. */
export function print(report, targets) {
  console.log(`${report.date}, Node ${report.node}, ${report.machine}${report.pinned ? ', one pinned core' : ''}${report.quick ? ', --quick' : ''}\n`)
  const { requests, differences, thrown } = report.sameAnswers
  console.log(`${requests} requests to klue and openapi-backend: ${differences.length} different statuses, ${thrown.length} at which openapi-backend throws`)
  for (const difference of [...differences, ...thrown]) console.log(`  ${JSON.stringify(difference)}`)
  for (const [target, reason] of Object.entries(report.missing)) console.log(`left out: ${target}: ${reason}`)
  for (const size of new Set(report.rows.map(({ size }) => size))) printSize(report.rows.filter((row) => row.size === size), targets)
  const shares = report.rows.map(({ share }) => share)
  console.log(`\nProcesses that lived had ${Math.round(Math.min(...shares) * 100)} to ${Math.round(Math.max(...shares) * 100)} percent of a processor.`)
  printLog(report.requestLog)
  table(['', 'cold, ms'], Object.entries(report.secretRead).map(([name, { coldMs }]) => [name, rounded(coldMs)]))
  table(['', 'from nothing', 'after one operation changed', 'nothing changed'], Object.entries(report.generation).map(([size, times]) => [`\`klue generate\`, ${sizeTitles[size]}`, ...[times.fromNothing, times.afterOneChange, times.unchanged].map((ms) => `${rounded(ms)} ms`)]))
  for (const [size, bytes] of Object.entries(report.bytes)) console.log(`\nbytes, ${size}: ${Object.entries(bytes).map(([name, count]) => `${name} ${count}`).join(', ')}`)
  table(['', 'start to first answer', 'a second, 1 connection', '16 connections'], Object.entries(report.dev).map(([name, { error, startMs, perSecond }]) => [name, ...(error === undefined ? [`${rounded(startMs / 1000)} s`, rounded(perSecond[1]), rounded(perSecond[16])] : [error, '', ''])]))
  console.log(`\nVersions: ${Object.entries(report.versions).map((pair) => pair.join(' ')).join(', ')}.`)
  table(['', 'goal', 'reached', ''], report.goals.map(({ goal, wanted, reached, verdict }) => [goal, wanted, reached, verdict]))
}

function printSize(rows, targets) {
  const own = rows.find(({ target }) => target === 'klue')
  const cell = (row, column) => (row[column] === undefined ? `– (${shortLife.toLocaleString('en')} requests)` : `${rounded(row[column])}${row === own || own === undefined ? '' : ` (${rounded(row[column] / own[column])}×)`}`)
  const body = rows.map((row) => [targets.find(({ name }) => name === row.target).title, cell(row, 'coldMs'), rounded(row.rssMb), ...columns.slice(1).map((column) => cell(row, column))])
  table([`${sizeTitles[rows[0].size]}`, 'cold, ms', 'MB', 'first 100, µs', 'first 3,000, µs', '3,001 to 3,600, µs', `steady state (${(wholeLife - 3000 + 1).toLocaleString('en')} to ${wholeLife.toLocaleString('en')}), µs`], body)
}

function printLog(requestLog) {
  table(['', 'cold, ms', 'first 100, µs', 'first 3,000, µs', 'steady state, µs'], Object.entries(requestLog).map(([name, row]) => [name, ...[row.coldMs, row.first100Us, row.first3000Us, row.steadyUs].map(rounded)]))
}

function table(head, rows) {
  if (rows.length === 0) return
  console.log(`\n${[head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n')}`)
}
