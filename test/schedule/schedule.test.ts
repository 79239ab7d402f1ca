// Schedules: what is read and translated, and when they are due, across changes of clocks.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { nextTick, readSchedule, type ScheduleRule, type ScheduleTexts, ticksBetween } from '../../src/schedule/index.ts'

function rule(texts: ScheduleTexts): ScheduleRule {
  const read = readSchedule(texts)
  if ('faults' in read) throw new Error(JSON.stringify(read.faults))
  return read.rule
}

function faultsOf(texts: object): string[] {
  const read = readSchedule(texts)
  return 'faults' in read ? read.faults.map(({ key, message, hint }) => `${key}: ${message}${hint === undefined ? '' : ` (${hint})`}`) : []
}

function ticks(texts: ScheduleTexts, after: string, count: number): string[] {
  const found: string[] = []
  for (let moment: number | undefined = Date.parse(after); found.length < count;) {
    moment = nextTick(rule(texts), moment)
    if (moment === undefined) return [...found, 'none']
    found.push(new Date(moment).toISOString().replace(':00.000Z', 'Z'))
  }
  return found
}

test('five fields become AWS\'s six', () => {
  for (const [five, six] of [
    ['0 8 * * 1', '0 8 ? * MON *'], ['*/5 * * * *', '0/5 * * * ? *'], ['0 0 */2 * *', '0 0 1/2 * ? *'], ['30 6 1,15 */3 ?', '30 6 1,15 1/3 ? *'],
    ['0 9 ? * 1-5', '0 9 ? * MON,TUE,WED,THU,FRI *'], ['0 9 * * 5-7', '0 9 ? * SUN,FRI,SAT *'], ['0 9 * * sun', '0 9 ? * SUN *'], ['0 9 * * fri-mon', '0 9 ? * SUN,MON,FRI,SAT *'], ['0 9 * * */2', '0 9 ? * SUN,TUE,THU,SAT *'],
    ['@daily', '0 0 * * ? *'], ['@weekly', '0 0 ? * SUN *'], ['cron(0 8 ? * MON *)', '0 8 ? * MON *'], ['15 10 ? * 6L 2022-2027', '15 10 ? * 6L 2022-2027'],
  ] as const) assert.equal(rule({ cron: five }).aws, `cron(${six})`, five)
  assert.deepEqual(['1m', '15m', '2h', '1d'].map((every) => rule({ every }).aws), ['rate(1 minute)', 'rate(15 minutes)', 'rate(2 hours)', 'rate(1 day)'])
})

test('what AWS cannot say, and what is no expression, is a fault that says why', () => {
  const cron = (text: string): string[] => faultsOf({ cron: text }).map((fault) => fault.replace(/^cron: the cron expression ".*?" cannot be: /, ''))
  assert.deepEqual(cron('0 8 13 * 5'), ['five fields with a day of the month and a day of the week mean either, which AWS cannot say (make two schedules)'])
  assert.deepEqual(cron('@reboot'), ["@reboot has no equal among AWS's expressions (it may be @hourly, @daily, @midnight, @weekly, @monthly, @yearly, @annually)"])
  assert.deepEqual(cron('0 8 * *'), ["it has 4 fields (write AWS's six (minutes hours day-of-month month day-of-week year), or five without the year)"])
  assert.deepEqual(cron('60 8 * * ? *'), ['"60" is no minutes from 0 to 59'])
  assert.deepEqual(cron('0 8 * XYZ ? *'), ['"XYZ" is no month from 1 (JAN) to 12 (DEC)'])
  assert.deepEqual(cron('0 8 * * * *'), ['day-of-month and day-of-week are both set, which AWS does not take (write ? for one of them)'])
  assert.deepEqual(cron('0 8 ? * ? *'), ['day-of-month and day-of-week are both ? (set one of them, for example to *)'])
  assert.deepEqual(cron('0 8 ? * 2#6 *'), ['2#6 asks for the 6th of a month, which has five at most'])
  assert.deepEqual(cron('0/0 8 * * ? *'), ['0/0 has no step above 0'])
  assert.deepEqual(cron('9-5 8 * * ? *'), ['9-5 ends before it begins'])
  assert.deepEqual(cron('0 8 * * 9'), ['9 is no day of the week from 0 (SUN) to 7 (SUN)'])
  assert.deepEqual(cron('0 8 32W * ? *'), ['32W names no day of a month'])
  assert.deepEqual(faultsOf({ every: '30s' }), ['every: every must be minutes, hours or days such as 15m, 2h or 1d, not "30s" (a minute is the least that AWS takes)'])
  assert.deepEqual(faultsOf({}), ['cron: a schedule needs cron or every (for example cron: "0 8 ? * MON *", or every: 15m)'])
  assert.deepEqual(faultsOf({ cron: '@daily', every: '1d', timezone: 'Mars/Base' }), ['timezone: "Mars/Base" is no time zone (write a name of the IANA database such as Europe/Berlin)', 'every: a schedule has cron or every, and both are set (leave one out)'])
})

test('ticks come in order, by days, words and years', () => {
  assert.deepEqual(ticks({ cron: '0 8 ? * MON *' }, '2027-03-01T08:00:00Z', 2), ['2027-03-08T08:00Z', '2027-03-15T08:00Z'])
  assert.deepEqual(ticks({ cron: '0/20 9-10 * * ? *' }, '2027-03-01T09:30:00Z', 5), ['2027-03-01T09:40Z', '2027-03-01T10:00Z', '2027-03-01T10:20Z', '2027-03-01T10:40Z', '2027-03-02T09:00Z'])
  assert.deepEqual(ticks({ cron: '0 0 L * ? *' }, '2028-01-31T00:00:00Z', 3), ['2028-02-29T00:00Z', '2028-03-31T00:00Z', '2028-04-30T00:00Z'])
  assert.deepEqual(ticks({ cron: '15 10 ? * 6L *' }, '2027-01-01T00:00:00Z', 2), ['2027-01-29T10:15Z', '2027-02-26T10:15Z'])
  assert.deepEqual(ticks({ cron: '0 6 ? * 3#2 *' }, '2027-01-01T00:00:00Z', 2), ['2027-01-12T06:00Z', '2027-02-09T06:00Z'])
  // 1 May 2027 is a Saturday, 31 October a Sunday.
  assert.deepEqual(ticks({ cron: '0 6 1W 5 ? *' }, '2027-01-01T00:00:00Z', 1), ['2027-05-03T06:00Z'])
  assert.deepEqual(ticks({ cron: '0 6 31W 10 ? *' }, '2027-01-01T00:00:00Z', 1), ['2027-10-29T06:00Z'])
  assert.deepEqual(ticks({ cron: '0 6 29 2 ? *' }, '2027-01-01T00:00:00Z', 2), ['2028-02-29T06:00Z', '2032-02-29T06:00Z'])
  assert.deepEqual(ticks({ cron: '0 6 1 1 ? 2028-2029' }, '2027-01-01T00:00:00Z', 3), ['2028-01-01T06:00Z', '2029-01-01T06:00Z', 'none'])
  assert.deepEqual(ticks({ cron: '0 6 30 2 ? *' }, '2027-01-01T00:00:00Z', 1), ['none'])
  assert.deepEqual(ticks({ every: '15m' }, '2027-01-01T00:07:00Z', 2), ['2027-01-01T00:15Z', '2027-01-01T00:30Z'])
})

test('a local time that spring leaves out is skipped, one that autumn repeats counts once', () => {
  const berlin = { timezone: 'Europe/Berlin' }
  // 28 March 2027: 02:00 becomes 03:00. 31 October 2027: 03:00 becomes 02:00.
  assert.deepEqual(ticks({ cron: '30 2 * * ? *', ...berlin }, '2027-03-27T00:00:00Z', 2), ['2027-03-27T01:30Z', '2027-03-29T00:30Z'])
  assert.deepEqual(ticks({ cron: '30 2 * * ? *', ...berlin }, '2027-10-30T00:00:00Z', 3), ['2027-10-30T00:30Z', '2027-10-31T00:30Z', '2027-11-01T01:30Z'])
  assert.deepEqual(ticks({ cron: '0 8 * * ? *', ...berlin }, '2027-03-27T00:00:00Z', 2), ['2027-03-27T07:00Z', '2027-03-28T06:00Z'])
  const hourly = rule({ cron: '0 * * * ? *', ...berlin })
  assert.equal(ticksBetween(hourly, { after: Date.parse('2027-03-27T22:30:00Z'), to: Date.parse('2027-03-28T22:30:00Z'), most: 100 }).length, 24, 'a day of 23 hours, and the first of the next')
  assert.equal(ticksBetween(hourly, { after: Date.parse('2027-10-30T21:30:00Z'), to: Date.parse('2027-10-31T22:30:00Z'), most: 100 }).length, 24, 'a day of 25 hours')
  // An offset of half an hour, and a change by half an hour.
  assert.deepEqual(ticks({ cron: '0 12 * * ? *', timezone: 'Asia/Kolkata' }, '2027-01-01T00:00:00Z', 1), ['2027-01-01T06:30Z'])
  assert.deepEqual(ticks({ cron: '15 2 * * ? *', timezone: 'Australia/Lord_Howe' }, '2027-10-02T00:00:00Z', 1), ['2027-10-03T15:15Z'])
  assert.deepEqual(ticks({ cron: '0 12 1 * ? *', timezone: 'Pacific/Auckland' }, '2026-12-31T00:00:00Z', 1), ['2026-12-31T23:00Z'])
})

test('each tick is the first after the one before, whatever the zone', () => {
  for (const timezone of ['UTC', 'America/New_York', 'Australia/Lord_Howe']) {
    const found = ticksBetween(rule({ cron: '17 0/3 * * ? *', timezone }), { after: Date.parse('2027-01-01T00:00:00Z'), to: Date.parse('2027-05-01T00:00:00Z'), most: 10_000 })
    assert.ok(found.every((tick, index) => index === 0 || tick > found[index - 1]!), timezone)
    assert.ok(found.length >= 120 * 8 - 2 && found.length <= 120 * 8, `${timezone} ${found.length}`)
  }
})
