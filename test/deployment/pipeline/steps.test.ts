// Steps run in order, tell what they do, stop at the first failure, and leave out what an earlier run has done.
import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { type Journal, journalFile, openJournal, readJournal } from '../../../src/deploy/pipeline/journal.ts'
import { runSteps, type Step, type StepEvent } from '../../../src/deploy/pipeline/steps.ts'

const folder = mkdtempSync(join(tmpdir(), 'klue-steps-'))
after(() => rmSync(folder, { recursive: true, force: true }))

const fresh = { version: '260301-0930-2-aaaaaa', commit: 'a'.repeat(40), id: '2026-03-01T09:30:00.000Z#260301-0930-2-aaaaaa' }
let files = 0
const newFile = (): string => journalFile(folder, `stage${++files}`)

function stepsOf(journal: Journal, ran: string[], failing?: string): Step[] {
  return ['one', 'two', 'three'].map((name) => ({
    name,
    title: () => `does ${name}`,
    isDone: () => (name === 'two' ? journal.doneEarlier(name) : undefined),
    async run() {
      ran.push(name)
      if (name === failing) throw new Error(`${name} is broken`)
      return name === 'three' ? 'found three' : undefined
    },
  }))
}

async function run(journal: Journal, failing?: string): Promise<{ ran: string[]; events: StepEvent[]; failed: Awaited<ReturnType<typeof runSteps>> }> {
  const [ran, events]: [string[], StepEvent[]] = [[], []]
  let clock = 0
  const failed = await runSteps(stepsOf(journal, ran, failing), { journal, tell: (event) => void events.push(event), mayGoOn: () => undefined, now: () => (clock += 1500) })
  return { ran, events, failed }
}

test('each step is told with its title, its duration and what it found', async () => {
  const { ran, events, failed } = await run(openJournal(newFile(), fresh))
  assert.deepEqual([ran, failed], [['one', 'two', 'three'], undefined])
  assert.deepEqual(events.slice(0, 2), [{ step: 'one', state: 'started', title: 'does one' }, { step: 'one', state: 'done', seconds: 3 }])
  assert.deepEqual(events.at(-1), { step: 'three', state: 'done', seconds: 3, note: 'found three' })
})

test('a step that fails stops the rest', async () => {
  const { ran, events, failed } = await run(openJournal(newFile(), fresh), 'two')
  assert.deepEqual(ran, ['one', 'two'])
  assert.equal(failed?.step, 'two')
  assert.deepEqual(events.at(-1), { step: 'two', state: 'failed', seconds: 1.5, note: 'two is broken' })
})

test('what may not go on does not begin', async () => {
  const journal = openJournal(newFile(), fresh)
  const ran: string[] = []
  const failed = await runSteps(stepsOf(journal, ran), { journal, tell: () => undefined, mayGoOn: () => { throw new Error('the lock is lost') }, now: () => 0 })
  assert.deepEqual([ran, failed?.step, journal.entry.begun], [[], 'one', undefined])
})

test('a run after a crash goes on with what was noted, and repeats what has to be repeated', async () => {
  const file = newFile()
  const first = openJournal(file, fresh)
  first.note({ before: { builds: 3 } })
  assert.equal((await run(first, 'three')).failed?.step, 'three')
  const second = openJournal(file, { ...fresh, id: 'later' }, readJournal(file, fresh.commit))
  assert.deepEqual([second.isResumed, second.entry.id, second.entry.before, second.entry.begun], [true, fresh.id, { builds: 3 }, 'three'])
  const { ran, events } = await run(second)
  assert.deepEqual(ran, ['one', 'three'])
  const skipped = events.find(({ state }) => state === 'skipped')
  assert.equal(skipped?.step, 'two')
  assert.match((skipped as { note: string }).note, /^done for this commit at \d{4}-\d\d-\d\d /)
})

test('what is taken back is not done any more, but for the tests', () => {
  const file = newFile()
  const journal = openJournal(file, fresh)
  for (const step of ['test', 'gate', 'suite', 'shift']) journal.end(step, 1)
  journal.undo()
  assert.deepEqual(Object.keys(readJournal(file, fresh.commit)!.steps), ['test'])
})

test('a journal of another commit, one that ended, and one that is no JSON count as none', () => {
  const file = newFile()
  const journal = openJournal(file, fresh)
  assert.equal(readJournal(file, 'b'.repeat(40)), undefined)
  assert.notEqual(readJournal(file, fresh.commit), undefined)
  writeFileSync(file, readFileSync(file, 'utf8').slice(0, 20))
  assert.equal(readJournal(file, fresh.commit), undefined)
  journal.close()
  assert.equal(readJournal(file, fresh.commit), undefined)
})
