// The goals, each judged by the numbers of one run: where a goal names several peers or sizes, its worst one decides.
import { worstTableCall } from './table-calls.mjs'

/** Goal, wanted, reached and verdict of each goal that the run has numbers for. */
export function judge(report) {
  const row = (target, size) => report.rows.find((candidate) => candidate.target === target && candidate.size === size)
  const sizes = [...new Set(report.rows.map(({ size }) => size))]
  const times = (target, size, column) => ratio(row(target, size)?.[column], row('klue', size)?.[column])
  const least = (target, columns, among = sizes) => lowest(among.flatMap((size) => columns.map((column) => times(target, size, column))))
  const growth = (column) => ratio(row('klue', 'gh')?.[column], row('klue', '3')?.[column])
  return [
    ...coldGoals({ row, times, growth }), ...warmGoals({ row, times, growth }), ...earlyGoals(least), ...otherGoals(report),
  ].filter(({ value }) => value !== undefined && !Number.isNaN(value)).map(({ goal, least, most, value, unit = '×', note = '' }) => ({
    goal, wanted: least === undefined ? `≤ ${most}${unit}` : `≥ ${least}${unit}`, reached: `${rounded(value)}${unit}${note}`, verdict: (least === undefined ? value <= most : value >= least) ? 'reached' : 'missed',
  }))
}

function coldGoals({ row, times, growth }) {
  const bare = (target) => (row(target, '3') === undefined ? undefined : row(target, '3').rssMb)
  return [
    { goal: 'cold, gh : 3 operations', most: 1.15, unit: '', value: growth('coldMs') },
    { goal: 'cold, against the openapi-backend stack, 3 operations', least: 7, value: times('openapi-backend-stack', '3', 'coldMs') },
    { goal: '… gh', least: 40, value: times('openapi-backend-stack', 'gh', 'coldMs') },
    { goal: 'cold, against bare fastify-openapi-glue, 3 operations', least: 25, value: times('fastify', '3', 'coldMs') },
    { goal: '… gh', least: 400, value: times('fastify', 'gh', 'coldMs') },
    { goal: 'cold, against bare Powertools + zod, 3 operations', least: 5, value: times('powertools', '3', 'coldMs') },
    { goal: '… gh', least: 6, value: times('powertools', 'gh', 'coldMs') },
    { goal: 'memory over a bare handler, after the cold request', most: 8, unit: ' MB', value: bare('klue') - bare('bare') },
  ]
}

// At gh openapi-backend lives shorter: its goal is judged where all have lived as long.
function warmGoals({ row, times, growth }) {
  const ofKey = (size, column) => {
    const value = times('openapi-backend-stack-key', size, column)
    return value === undefined ? '' : `; ${rounded(value)}× where the key of its tokens is made once`
  }
  const goals = ['3', 'gh'].flatMap((size) => [
    { goal: size === '3' ? 'steady state, same work, against the openapi-backend stack, 3 operations' : 'requests 3,001 to 3,600, same work, against the openapi-backend stack, gh', least: size === '3' ? 12 : 200, value: times('openapi-backend-stack', size, size === '3' ? 'steadyUs' : 'after3000Us'), note: ofKey(size, size === '3' ? 'steadyUs' : 'after3000Us') },
    ...[['fastify-work', 'fastify', 1.5], ['hono-work', 'Hono', 2], ['powertools-work', 'Powertools', 2]].map(([target, name, least]) => ({ goal: `steady state, same work, against ${name}, ${size === '3' ? '3 operations' : size}`, least, value: times(target, size, 'steadyUs') })),
  ])
  return [
    ...goals,
    { goal: 'steady state, gh : 3 operations', most: 1.15, unit: '', value: growth('steadyUs') },
    { goal: 'steady state, over a bare handler, 3 operations', most: 10, value: ratio(row('klue', '3')?.steadyUs, row('bare', '3')?.steadyUs) },
  ]
}

function earlyGoals(least) {
  const columns = [['first100Us', 'the first 100 requests'], ['first3000Us', 'the first 3,000 requests']]
  return columns.flatMap(([column, name]) => [['fastify-work', 'fastify', 1.2], ['hono-work', 'Hono', 2], ['powertools-work', 'Powertools', 2]].map(([target, peer, wanted]) => ({ goal: `mean of ${name}, same work, worst size, against ${peer}`, least: wanted, value: least(target, [column]) })))
}

function otherGoals({ bytes, generation, dev, secretRead, tableCalls }) {
  const klueDev = dev['klue dev, gh, validated POST']
  const other = dev['serverless-offline, hello']
  const gh = bytes.gh
  const read = secretRead['klue, signing key in Secrets Manager']?.coldMs - secretRead['klue, signing key at hand']?.coldMs
  return [
    { goal: 'gh: files of the function without SDK and client, gzipped', most: 350, unit: ' KB', value: gh === undefined ? undefined : (gh.runtimeGzipped + gh.apiGzipped) / 1000 },
    { goal: 'gh: generate from nothing', most: 5, unit: ' s', value: generation.gh?.fromNothing / 1000 },
    { goal: 'gh: generate after one operation changed', most: 0.3, unit: ' s', value: generation.gh?.afterOneChange / 1000 },
    { goal: '`klue dev` on gh, start to first answer, against serverless-offline', least: 6, value: ratio(other?.startMs, klueDev?.startMs) },
    { goal: 'dev server, validated POSTs a second with 1 connection', least: 3, value: ratio(klueDev?.perSecond?.[1], other?.perSecond?.[1]) },
    { goal: '… with 16 connections', least: 6, value: ratio(klueDev?.perSecond?.[16], other?.perSecond?.[16]) },
    { goal: 'a call of a table, the worst of four, beside the client of the SDK alone', most: 1.2, value: worstTableCall(tableCalls) },
    { goal: 'cold, with the first read of a secret, more than without', most: 35, unit: ' ms', value: read },
  ]
}

function ratio(one, other) {
  return one === undefined || other === undefined ? undefined : one / other
}

function lowest(values) {
  const known = values.filter((value) => value !== undefined)
  return known.length === 0 ? undefined : Math.min(...known)
}

/** As people read it: three digits that count at most. */
export function rounded(value) {
  if (value >= 100) return Math.round(value).toLocaleString('en')
  return String(value >= 10 ? Math.round(value * 10) / 10 : Math.round(value * 100) / 100)
}
